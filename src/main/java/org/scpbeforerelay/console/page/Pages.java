package org.scpbeforerelay.console.page;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Pattern;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.LeaseSearch;
import org.scpbeforerelay.console.OperatorHand;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.history.RecordTail;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;

/** Which page is at which address, and what the forms on them do. */
public final class Pages {
    /** Where a form may send its visitor back to: pages of ours. */
    private static final Pattern BACK =
            Pattern.compile("/|/users/[a-z0-9._-]{1,64}|/address\\?address=[0-9a-f:.]{2,45}");

    private final ConsoleDesk desk;
    private final OperatorHand hand;
    private final Assets assets = new Assets();
    private final NowPage now;
    private final UserPage user;
    private final AddressPage address;
    private final RecordPage record;

    public Pages(ConsoleDesk desk, Follower follower, RecordTail tail) {
        this.desk = desk;
        this.hand = new OperatorHand(desk);
        this.record = new RecordPage(desk, tail);
        this.now = new NowPage(desk, follower, tail);
        this.user = new UserPage(desk, follower, tail, record);
        this.address = new AddressPage(desk, record);
    }

    /** Answers a GET. */
    public void answer(Visit visit) throws Problem, IOException {
        if (!assets.answer(visit)) {
            visit.answerPage(200, draw(visit));
        }
    }

    private String draw(Visit visit) throws Problem, IOException {
        String path = visit.path();
        return switch (path) {
            case "/" -> now.draw(visit);
            case "/record" -> record.draw(visit);
            case "/address" -> address.draw(visit);
            default -> {
                if (path.startsWith("/users/")) {
                    yield user.draw(visit, path.substring("/users/".length()));
                }
                throw Problem.notFound("the console has no page here");
            }
        };
    }

    /** Carries out what a form asks for, then shows the page it came from. */
    public void change(Visit visit, Map<String, String> form) throws Problem, IOException {
        String back = form.getOrDefault("back", "/");
        if (!BACK.matcher(back).matches()) {
            back = "/";
        }
        String done = switch (visit.path()) {
            case "/revoke" -> {
                LeaseKey place = LeaseSearch.key(form.getOrDefault("lease", ""));
                hand.revoke(visit, place, null);
                yield "revoked&who=" + place.principal();
            }
            case "/grant" -> {
                Lease lease = hand.grant(
                        visit,
                        form.getOrDefault("user", ""),
                        form.getOrDefault("device", ""),
                        form.getOrDefault("address", ""),
                        form.getOrDefault("term", ""));
                yield "granted&who=" + lease.principal();
            }
            default -> throw Problem.notFound("the console has no such form");
        };
        visit.redirect(back + (back.indexOf('?') < 0 ? "?" : "&") + "done=" + done);
    }

    /** A page that says why not, for who may see the others. */
    public String problem(Visit visit, Problem problem) {
        Page page = new Page(desk, visit);
        page.html
                .raw("<h1>")
                .text(problem.title())
                .raw("</h1><div class=\"note bad\" role=\"alert\"><p>")
                .text(problem.detail())
                .raw("</p></div><section aria-label=\"Where to go\"><a href=\"/\">Who may relay now</a></section>");
        return page.text(problem.title(), null);
    }
}
