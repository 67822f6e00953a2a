package org.scpbeforerelay.console.page;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.Duration;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.history.HistoryReader;
import org.scpbeforerelay.history.RecordTail;

/** {@code /record}: what happened, with a search; and the same for one user or address, as a part of their pages. */
final class RecordPage {
    private static final int LINES = 100;
    private static final long BYTES_MAX = 16L << 20;

    private final ConsoleDesk desk;
    private final RecordTail record;

    RecordPage(ConsoleDesk desk, RecordTail record) {
        this.desk = desk;
        this.record = record;
    }

    String draw(Visit visit) throws Problem, IOException {
        Page page = new Page(desk, visit);
        String text = visit.parameter("q").orElse("");
        String since = visit.parameter("since").orElse("90d");
        String after = visit.parameter("after").orElse("");
        page.html
                .raw(
                        "<h1>The record</h1><p class=\"under\">What happened to leases, what was refused, and what operators did; the newest first.</p>")
                .raw(
                        "<section aria-label=\"What happened\"><form class=\"fields\" role=\"search\" action=\"/record\">");
        Forms.field(page.html, "User, address, word", "q", text, "gerard, 203.0.113.7, refused", false);
        page.html.raw("<label>Since<select name=\"since\">");
        String[][] spans = {{"1h", "an hour"}, {"24h", "a day"}, {"7d", "a week"}, {"90d", "ninety days"}};
        for (String[] span : spans) {
            page.html
                    .raw("<option value=\"")
                    .raw(span[0])
                    .raw(span[0].equals(since) ? "\" selected>" : "\">")
                    .raw(span[1])
                    .raw("</option>");
        }
        page.html.raw("</select></label><button class=\"main\">Search</button></form><p></p><div class=\"card\">");
        RecordTail.Page found = read(null, null, text, after, Duration.ms(since), LINES);
        if (found.lines().isEmpty()) {
            Hints.nothing(
                    page.html,
                    found.next() != null ? "Nothing found as yet" : "Nothing of that kind",
                    found.next() != null
                            ? "The search goes through a long record in portions: go on to the next one."
                            : text.isEmpty()
                                    ? "The record begins with the first announcement."
                                    : "Try a longer time, or another word.");
        } else {
            RecordTable.draw(page.html, found.lines(), page.now.wallMs());
        }
        pages(page.html, text, since, found.next(), after);
        page.html.raw("</div></section>");
        return page.text("The record", "/record");
    }

    private static void pages(Html html, String text, String since, @Nullable String next, String after) {
        String query = "/record?q=" + Page.encoded(text) + "&since=" + Page.encoded(since);
        if (next != null || !after.isEmpty()) {
            html.raw("<div class=\"pages\"><span>");
            if (!after.isEmpty()) {
                html.raw("<a").attribute("href", query).raw(">To the newest</a>");
            }
            html.raw("</span><span>");
            if (next != null) {
                html.raw("<a rel=\"next\"")
                        .attribute("href", query + "&after=" + Page.encoded(next))
                        .raw(">Older</a>");
            }
            html.raw("</span></div>");
        }
    }

    /** The last lines about a user or an address, as a section of another page. */
    void drawAbout(Page page, @Nullable String user, Optional<ClientAddress> address) throws Problem, IOException {
        Html html = page.html;
        html.raw(
                        "<section aria-labelledby=\"h-record\"><div class=\"head\"><h2 id=\"h-record\">What happened</h2><p>The last 90 days</p></div>")
                .raw("<div class=\"card\" id=\"record\" data-live>");
        RecordTail.Page found = read(user, address.orElse(null), "", "", 90 * 86_400_000L, 50);
        if (found.lines().isEmpty()) {
            Hints.nothing(html, "Nothing yet", "Leases, their ends and refusals will be listed here.");
        } else {
            RecordTable.draw(html, found.lines(), page.now.wallMs());
        }
        html.raw("</div></section>");
    }

    private RecordTail.Page read(
            @Nullable String user, @Nullable ClientAddress address, String text, String after, long sinceMs, int most)
            throws Problem, IOException {
        try {
            return record.read(
                    new HistoryReader.Wanted(user, address, desk.now().wallMs() - sinceMs),
                    text,
                    after,
                    most,
                    BYTES_MAX);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
    }
}
