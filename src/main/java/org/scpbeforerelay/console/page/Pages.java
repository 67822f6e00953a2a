package org.scpbeforerelay.console.page;

import java.io.IOException;
import java.util.Map;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.history.RecordTail;
import org.scpbeforerelay.lease.Lease;

/** Which page is at which address. */
public final class Pages {
    private final ConsoleDesk desk;

    public Pages(ConsoleDesk desk, Follower follower, RecordTail record) {
        this.desk = desk;
    }

    /** Answers a GET. */
    public void answer(Visit visit) throws Problem, IOException {
        if (!visit.path().equals("/")) {
            throw Problem.notFound("there is no page '" + visit.path() + "'");
        }
        Html html = new Html().raw("<!doctype html><title>scp-before-relay</title><ul>");
        for (Lease lease : desk.book().all()) {
            html.raw("<li>").text(lease.principal() + " " + lease.addressText());
        }
        visit.answerPage(200, html.raw("</ul>").toString());
    }

    /** Carries out what a form asks for, then shows the page it came from. */
    public void change(Visit visit, Map<String, String> form) throws Problem, IOException {
        if (!form.isEmpty()) {
            throw Problem.notFound("there is no form '" + visit.path() + "'");
        }
        visit.redirect("/");
    }
}
