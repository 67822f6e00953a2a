package org.scpbeforerelay.console.page;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.lease.Principal;
import tools.jackson.databind.JsonNode;

/** One page while it is made: who asked, when, and how the daemon fares. */
final class Page {
    final Html html = new Html();
    final Visit visit;
    final Moment now;
    final JsonNode status;

    Page(ConsoleDesk desk, Visit visit) {
        this.visit = visit;
        this.now = desk.now();
        this.status = desk.status();
    }

    @Nullable
    String formToken() {
        return visit.formToken();
    }

    /** What a form has done, when the visitor comes from one: {@code ?done=revoked&who=gerard/gwaihir}. */
    void done() {
        String done = visit.parameter("done").orElse("");
        String verb = switch (done) {
            case "revoked" -> "Revoked: ";
            case "granted" -> "Granted: ";
            default -> "";
        };
        if (!verb.isEmpty()) {
            try {
                // Only a name can stand here, whoever made the link.
                Principal who = Principal.parse(visit.parameter("who").orElse(""));
                html.raw("<div class=\"note good\" role=\"status\"><p><strong>")
                        .text(verb)
                        .raw("</strong>")
                        .text(who.toString())
                        .raw("</p></div>");
            } catch (IllegalArgumentException e) {
                // Then nothing is said.
            }
        }
    }

    String text(String title, @Nullable String current) {
        return Layout.page(title, current, now, status.path("version").asString(""), html);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
