package org.scpbeforerelay.console.page;

import java.util.List;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.LeaseSearch;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.console.follow.MinuteCounts;
import org.scpbeforerelay.console.follow.MinuteCounts.What;
import org.scpbeforerelay.console.follow.PastEvent;
import org.scpbeforerelay.history.RecordTail;
import org.scpbeforerelay.lease.LeaseKey;

/** {@code /}: who may relay now, the last day or week, what mail servers ask, how the parts fare. */
final class NowPage {
    private static final int LEASES = 50;
    private static final int USERS_OF_TIMELINE = 24;
    private static final int MINUTES = 180;
    private static final long DAY_MS = 86_400_000;

    private final ConsoleDesk desk;
    private final Follower follower;
    private final RecordTail record;

    NowPage(ConsoleDesk desk, Follower follower, RecordTail record) {
        this.desk = desk;
        this.follower = follower;
        this.record = record;
    }

    String draw(Visit visit) throws Problem {
        Page page = new Page(desk, visit);
        Parts parts = new Parts(page.status);
        String after = visit.parameter("after").orElse("");
        LeaseSearch.Wanted wanted = new LeaseSearch.Wanted(
                null, visit.parameter("q").orElse(""), after.isEmpty() ? null : LeaseSearch.key(after), LEASES);
        LeaseSearch.Page found = new LeaseSearch(desk.book(), page.now).find(wanted);
        hero(page, parts);
        page.done();
        leases(page, wanted, found, parts);
        timeline(page);
        minutes(page);
        notPermitted(page);
        page.html.raw("<section aria-labelledby=\"h-parts\"><div class=\"head\"><h2 id=\"h-parts\">Parts</h2></div>"
                + "<div id=\"parts\" data-live>");
        parts.draw(page.html);
        page.html.raw("</div></section>");
        return page.text("Now", "/");
    }

    private void hero(Page page, Parts parts) {
        long leases = page.status.path("leases").asLong();
        Html html = page.html;
        html.raw("<div id=\"hero\" data-live><h1>")
                .text(
                        leases == 0
                                ? "Nobody has a lease now"
                                : Said.count(leases, "lease lets", "leases let") + " mail through")
                .raw("</h1><p class=\"under\">")
                .text(Said.count(page.status.path("users").asLong(), "user", "users") + " known · running since "
                        + page.status.path("since").asString().replace('T', ' ').replace("Z", " UTC"))
                .raw("</p>");
        List<String> problems = parts.problems();
        if (!problems.isEmpty()) {
            html.raw("<div class=\"note bad\" role=\"alert\"><p><strong>")
                    .text(problems.size() == 1 ? "Something is wrong" : problems.size() + " things are wrong")
                    .raw("</strong></p><ul>");
            problems.forEach(problem -> html.raw("<li>").text(problem).raw("</li>"));
            html.raw("</ul></div>");
        }
        html.raw("</div>");
    }

    private void leases(Page page, LeaseSearch.Wanted wanted, LeaseSearch.Page found, Parts parts) {
        Html html = page.html;
        html.raw(
                        "<section aria-labelledby=\"h-leases\"><div class=\"head\"><h2 id=\"h-leases\">Who may relay</h2><div class=\"tools\">")
                .raw(
                        "<form class=\"tools\" role=\"search\" action=\"/\"><label class=\"unseen\" for=\"q\">User, device or address</label>")
                .raw(
                        "<input id=\"q\" name=\"q\" type=\"search\" placeholder=\"User, device or address\" autocomplete=\"off\"")
                .attribute("value", wanted.text())
                .raw("><button>Find</button></form>")
                .raw("<details class=\"grant\"><summary>Grant…</summary><div class=\"card pad\">");
        Forms.grant(html, page.formToken(), "", "", "/");
        html.raw("</div></details></div></div><div class=\"card\" id=\"leases\" data-live>");
        if (found.leases().isEmpty()) {
            Hints.noLease(html, page.status, parts, wanted.text());
        } else {
            new LeaseTable(page.now, desk.signs(page.now), page.formToken()).add(html, found.leases(), "/");
            pages(html, wanted, found);
        }
        html.raw("</div></section>");
    }

    private static void pages(Html html, LeaseSearch.Wanted wanted, LeaseSearch.Page found) {
        LeaseKey next = found.next();
        if (next == null && wanted.after() == null) {
            return;
        }
        String query = wanted.text().isEmpty() ? "" : "q=" + Page.encoded(wanted.text()) + "&";
        html.raw("<div class=\"pages\"><span>")
                .text(Said.number(found.leases().size()) + " of " + Said.count(found.total(), "lease", "leases"))
                .raw("</span><span>");
        if (wanted.after() != null) {
            html.raw("<a").attribute("href", "/?" + query).raw(">To the first</a> ");
        }
        if (next != null) {
            html.raw("<a rel=\"next\"")
                    .attribute("href", "/?" + query + "after=" + Page.encoded(LeaseSearch.text(next)))
                    .raw(">Next</a>");
        }
        html.raw("</span></div>");
    }

    private void timeline(Page page) {
        boolean week = page.visit.parameter("span").orElse("").equals("7d");
        long fromMs = page.now.wallMs() - (week ? 7 * DAY_MS : DAY_MS);
        List<PastEvent> past = follower.past().since(fromMs, record);
        Timeline timeline = new Timeline(fromMs, page.now.wallMs());
        timeline.past(past);
        // Of a full book, those of whom the table shows; the others have their own pages.
        timeline.present(new LeaseSearch(desk.book(), page.now)
                .find(new LeaseSearch.Wanted(null, "", null, 200))
                .leases());
        Html html = page.html;
        html.raw("<section aria-labelledby=\"h-time\"><div class=\"head\"><h2 id=\"h-time\">")
                .raw(week ? "The last seven days" : "The last 24 hours")
                .raw("</h2><div class=\"switch\"><a href=\"/#h-time\"")
                .raw(week ? "" : " aria-current=\"true\"")
                .raw(">24 h</a><a href=\"/?span=7d#h-time\"")
                .raw(week ? " aria-current=\"true\"" : "")
                .raw(">7 d</a></div></div><div class=\"card\" id=\"timeline\" data-live>");
        if (timeline.isEmpty()) {
            Hints.nothing(
                    html,
                    "Nothing has happened yet",
                    "Each user who gets a lease has a line here: when, where, and what was refused.");
        } else {
            timeline.draw(html, USERS_OF_TIMELINE);
        }
        html.raw("</div></section>");
    }

    private void minutes(Page page) {
        MinuteCounts counts = follower.minutes();
        long nowMs = page.now.wallMs();
        String left = Said.time(nowMs - MINUTES * 60_000L, nowMs).replaceFirst(":\\d\\d$", "");
        Html html = page.html;
        html.raw("<section aria-labelledby=\"h-minutes\"><div class=\"head\"><h2 id=\"h-minutes\">By the minute</h2>")
                .raw("<p>The last three hours</p></div><div class=\"plots\" id=\"minutes\" data-live>");
        Plot.draw(
                html,
                "Announcements",
                left,
                new Plot.Series("one", "granted or renewed", counts.last(MINUTES, What.ANNOUNCED, nowMs)));
        Plot.draw(
                html, "Refusals", left, new Plot.Series("three", "refused", counts.last(MINUTES, What.REFUSED, nowMs)));
        Plot.draw(
                html,
                "Questions of mail servers",
                left,
                new Plot.Series("one", "permitted", counts.last(MINUTES, What.PERMITTED, nowMs)),
                new Plot.Series("two", "not permitted", counts.last(MINUTES, What.NOT_PERMITTED, nowMs)));
        html.raw("</div></section>");
    }

    private void notPermitted(Page page) {
        List<ConsoleDesk.Asked> asked = desk.lastAsked();
        Html html = page.html;
        html.raw("<section aria-labelledby=\"h-asked\"><div class=\"head\"><h2 id=\"h-asked\">Not permitted</h2>")
                .raw(
                        "<p>Of the last questions of mail servers; senders of ordinary inbound mail are among them</p></div>")
                .raw("<div class=\"card\" id=\"asked\" data-live>");
        if (asked.isEmpty()) {
            Hints.noQuestion(html);
        } else if (asked.stream().allMatch(ConsoleDesk.Asked::isPermitted)) {
            Hints.nothing(
                    html,
                    "Everybody who asked was permitted",
                    "Clients without a lease would be listed here, with the reason.");
        } else {
            Asked.drawNotPermitted(html, asked, page.now.wallMs());
        }
        html.raw("</div></section>");
    }
}
