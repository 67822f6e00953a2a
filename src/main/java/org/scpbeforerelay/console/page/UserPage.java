package org.scpbeforerelay.console.page;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.console.follow.PastEvent;
import org.scpbeforerelay.history.RecordTail;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.UserName;

/** {@code /users/gerard}: one user's leases, week and record. */
final class UserPage {
    private static final long WEEK_MS = 7 * 86_400_000L;

    private final ConsoleDesk desk;
    private final Follower follower;
    private final RecordTail record;
    private final RecordPage recordPage;

    UserPage(ConsoleDesk desk, Follower follower, RecordTail record, RecordPage recordPage) {
        this.desk = desk;
        this.follower = follower;
        this.record = record;
        this.recordPage = recordPage;
    }

    String draw(Visit visit, String name) throws Problem, IOException {
        UserName user;
        try {
            user = new UserName(name);
        } catch (IllegalArgumentException e) {
            throw Problem.notFound("no user can have this name: " + e.getMessage());
        }
        Page page = new Page(desk, visit);
        List<Lease> leases = desk.book().of(user).stream()
                .filter(lease -> lease.activeAt(page.now))
                .limit(200)
                .toList();
        Html html = page.html;
        html.raw("<h1>").text(name).raw("</h1>");
        facts(html, desk.roster().allowances().get(user));
        page.done();
        html.raw(
                        "<section aria-labelledby=\"h-leases\"><div class=\"head\"><h2 id=\"h-leases\">Leases</h2><details class=\"grant\">")
                .raw("<summary>Grant…</summary><div class=\"card pad\">");
        Forms.grant(html, page.formToken(), name, "", "/users/" + name);
        html.raw("</div></details></div><div class=\"card\" id=\"leases\" data-live>");
        if (leases.isEmpty()) {
            Hints.nothing(
                    html,
                    name + " has no lease now",
                    "No device of this user may relay until it announces itself, or you grant it.");
        } else {
            new LeaseTable(page.now, desk.signs(page.now), page.formToken()).add(html, leases, "/users/" + name);
        }
        html.raw("</div></section>");
        week(page, name, leases);
        recordPage.drawAbout(page, name, Optional.empty());
        return page.text(name, null);
    }

    private static void facts(Html html, @Nullable Allowance allowance) {
        html.raw("<p class=\"facts\">");
        if (allowance == null) {
            html.raw("<span>There is no user of this name (any more).</span>");
        } else {
            fact(html, allowance.enabled() ? "enabled" : "disabled", "");
            fact(html, String.valueOf(allowance.keys().size()), allowance.keys().size() == 1 ? "key" : "keys");
            fact(html, String.valueOf(allowance.devices()), "devices at once");
            fact(html, Said.term(allowance.termMs()), "term");
            fact(html, allowance.senders().isAny() ? "any" : "some", "senders");
            if (allowance.messages() != null) {
                fact(html, allowance.messages().toString(), "messages");
            }
            if (allowance.recipients() != null) {
                fact(html, allowance.recipients().toString(), "recipients");
            }
        }
        html.raw("</p>");
    }

    private static void fact(Html html, String value, String name) {
        html.raw("<span><b>").text(value).raw("</b> ").text(name).raw("</span>");
    }

    private void week(Page page, String name, List<Lease> leases) {
        long fromMs = page.now.wallMs() - WEEK_MS;
        List<PastEvent> past = follower.past().since(fromMs, record).stream()
                .filter(event -> event.user().equals(name))
                .toList();
        Timeline timeline = new Timeline(fromMs, page.now.wallMs());
        timeline.past(past);
        timeline.present(leases);
        if (!timeline.isEmpty()) {
            page.html.raw(
                    "<section aria-labelledby=\"h-week\"><div class=\"head\"><h2 id=\"h-week\">The last seven days</h2></div>"
                            + "<div class=\"card\" id=\"week\" data-live>");
            timeline.draw(page.html, 1);
            page.html.raw("</div></section>");
        }
    }
}
