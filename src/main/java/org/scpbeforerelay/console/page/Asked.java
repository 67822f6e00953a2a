package org.scpbeforerelay.console.page;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.console.ConsoleDesk;

/** Clients that asked to relay and were not permitted, each once. */
final class Asked {
    private static final int ROWS_MAX = 12;

    private Asked() {}

    private record Client(ConsoleDesk.Asked last, int times) {}

    /** Draws them; nothing where there are none. */
    static void drawNotPermitted(Html html, List<ConsoleDesk.Asked> newestFirst, long nowMs) {
        Map<ClientAddress, Client> clients = new LinkedHashMap<>();
        for (ConsoleDesk.Asked asked : newestFirst) {
            if (!asked.isPermitted()) {
                clients.merge(
                        asked.address(), new Client(asked, 1), (known, one) -> new Client(known.last, known.times + 1));
            }
        }
        html.raw(
                        "<div class=\"wide\"><table class=\"cards\"><thead><tr><th scope=\"col\">Client address</th><th scope=\"col\">Why</th>")
                .raw(
                        "<th scope=\"col\">Last asked</th><th scope=\"col\" class=\"number\">Times</th></tr></thead><tbody>");
        clients.values().stream()
                .sorted(Comparator.comparing(
                        (Client client) -> client.last.answer().equals("not-authorised")))
                .limit(ROWS_MAX)
                .forEach(client -> row(html, client, nowMs));
        html.raw("</tbody></table></div>");
    }

    private static void row(Html html, Client client, long nowMs) {
        ConsoleDesk.Asked last = client.last;
        html.raw("<tr><td><a class=\"mono\"")
                .attribute("href", "/address?address=" + last.address())
                .raw(">")
                .text(last.address().toString())
                .raw("</a></td><td><span class=\"tag ")
                .raw(last.answer())
                .raw("\">")
                .text(why(last))
                .raw("</span></td><td class=\"dim small nowrap\">")
                .text(Said.time(last.atMs(), nowMs))
                .raw("</td><td class=\"number\">")
                .text(client.times)
                .raw("</td></tr>");
    }

    static String why(ConsoleDesk.Asked asked) {
        return switch (asked.answer()) {
            case "permit" -> "permitted by " + asked.who();
            case "wrong-sender" -> "other senders than " + asked.who() + "'s";
            case "over-quota" -> "a limit of " + asked.who() + " is reached";
            default -> "no lease";
        };
    }
}
