package org.scpbeforerelay.console.page;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.scpbeforerelay.console.follow.PastEvent;
import tools.jackson.databind.JsonNode;

/** Lines of the record as rows, the newest first. */
final class RecordTable {
    private RecordTable() {}

    static void draw(Html html, List<JsonNode> lines, long nowMs) {
        html.raw(
                        "<div class=\"wide\"><table class=\"cards\"><thead><tr><th scope=\"col\">When</th><th scope=\"col\">What</th>")
                .raw(
                        "<th scope=\"col\">Who</th><th scope=\"col\">Address</th><th scope=\"col\">Details</th></tr></thead><tbody>");
        stream(lines).forEach(event -> row(html, event, nowMs));
        html.raw("</tbody></table></div>");
    }

    private static Stream<PastEvent> stream(List<JsonNode> lines) {
        return lines.stream().map(PastEvent::of).filter(Objects::nonNull).map(Objects::requireNonNull);
    }

    private static void row(Html html, PastEvent event, long nowMs) {
        String kind = event.kind().word();
        html.raw("<tr><td class=\"dim small nowrap\">")
                .text(Said.time(event.atMs(), nowMs))
                .raw("</td><td><span class=\"tag ")
                .raw(kind)
                .raw("\">")
                .raw(kind)
                .raw("</span></td><td>");
        if (event.device().isEmpty()) {
            html.text(event.user());
        } else {
            html.raw("<a class=\"who\"")
                    .attribute("href", "/users/" + event.user())
                    .raw(">")
                    .text(event.user())
                    .raw("</a><span class=\"dim\">/")
                    .text(event.device())
                    .raw("</span>");
        }
        html.raw("</td><td>");
        if (!event.address().isEmpty()) {
            html.raw("<a class=\"mono\"")
                    .attribute("href", "/address?address=" + event.address().replaceFirst("/.*", ""))
                    .raw(">")
                    .text(event.address())
                    .raw("</a>");
        }
        html.raw("</td><td class=\"small full\">").text(why(event)).raw("</td></tr>");
    }

    private static String why(PastEvent event) {
        return switch (event.kind()) {
            case GRANTED -> "by " + event.source();
            case EXPIRED ->
                event.beganAtMs() == 0 ? "" : "after " + Said.duration(Math.max(0, event.atMs() - event.beganAtMs()));
            case REVOKED, REFUSED, OPERATOR, RENEWED, MAIL, DEFERRED, WRONG_SENDER, RELAYED, MISSING -> event.why();
        };
    }
}
