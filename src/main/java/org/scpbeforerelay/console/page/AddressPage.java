package org.scpbeforerelay.console.page;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;
import tools.jackson.databind.JsonNode;

/** {@code /address?address=203.0.113.7}: what a mail server would be told, why, and what happened there. */
final class AddressPage {
    private static final String YES =
            "<svg class=\"yes\" width=\"44\" height=\"44\" viewBox=\"0 0 44 44\" aria-hidden=\"true\">"
                    + "<circle cx=\"22\" cy=\"22\" r=\"20\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"3\"/>"
                    + "<path d=\"m13 23 6 6 12-13\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"3.5\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>";
    private static final String NO =
            "<svg class=\"no\" width=\"44\" height=\"44\" viewBox=\"0 0 44 44\" aria-hidden=\"true\">"
                    + "<circle cx=\"22\" cy=\"22\" r=\"20\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"3\"/>"
                    + "<path d=\"M14 22h16\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"3.5\" stroke-linecap=\"round\"/></svg>";

    private final ConsoleDesk desk;
    private final RecordPage recordPage;

    AddressPage(ConsoleDesk desk, RecordPage recordPage) {
        this.desk = desk;
        this.recordPage = recordPage;
    }

    String draw(Visit visit) throws Problem, IOException {
        ClientAddress address;
        try {
            address = ClientAddress.parse(visit.parameter("address").orElse(""));
        } catch (AddressSyntaxException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
        Page page = new Page(desk, visit);
        Html html = page.html;
        String sender = visit.parameter("sender").orElse("");
        JsonNode explanation = desk.explain(address, sender.isEmpty() ? null : sender);
        html.raw("<div id=\"verdict\" data-live><div class=\"verdict\">")
                .raw(explanation.path("permitted").asBoolean() ? YES : NO)
                .raw("<div><h1 class=\"mono\">")
                .text(address.toString())
                .raw("</h1><p class=\"under\">")
                .text(explanation.path("sentence").asString())
                .raw("</p></div></div></div>");
        page.done();
        html.raw("<section aria-labelledby=\"h-why\"><div class=\"head\"><h2 id=\"h-why\">Why</h2>")
                .raw(
                        "<p>As a mail server would be told now; not counted</p></div><div class=\"card\" id=\"why\" data-live><ul class=\"reasons\">");
        explanation
                .path("leases")
                .forEach(lease ->
                        html.raw("<li>").text(lease.path("sentence").asString()).raw("</li>"));
        html.raw(
                "</ul></div></section><section aria-label=\"Other questions\"><form class=\"fields\" action=\"/address\">");
        Forms.hidden(html, "address", address.toString());
        Forms.field(html, "And with this envelope sender?", "sender", sender, "gerard@example.org", false);
        html.raw(
                "<button>Ask again</button></form><p></p><details class=\"grant\"><summary>Grant a lease on this address…</summary><div class=\"card pad\">");
        Forms.grant(html, page.formToken(), "", address.toString(), "/address?address=" + address);
        html.raw("</div></details></section>");
        asked(page, address);
        recordPage.drawAbout(page, null, Optional.of(address));
        return page.text(address.toString(), null);
    }

    private void asked(Page page, ClientAddress address) {
        List<ConsoleDesk.Asked> asked = desk.lastAsked().stream()
                .filter(one -> one.address().equals(address))
                .limit(10)
                .toList();
        if (asked.isEmpty()) {
            return;
        }
        Html html = page.html;
        html.raw(
                        "<section aria-labelledby=\"h-asked\"><div class=\"head\"><h2 id=\"h-asked\">What mail servers asked</h2><p>Of the last few hundred questions</p></div>")
                .raw(
                        "<div class=\"card wide\" id=\"asked\" data-live><table><thead><tr><th scope=\"col\">When</th><th scope=\"col\">Answer</th>")
                .raw("<th scope=\"col\">By</th></tr></thead><tbody>");
        for (ConsoleDesk.Asked one : asked) {
            html.raw("<tr><td class=\"dim small nowrap\">")
                    .text(Said.time(one.atMs(), page.now.wallMs()))
                    .raw("</td><td><span class=\"tag ")
                    .raw(one.answer())
                    .raw("\">")
                    .text(Asked.why(one))
                    .raw("</span></td><td>")
                    .text(one.protocol())
                    .raw("</td></tr>");
        }
        html.raw("</tbody></table></div></section>");
    }
}
