package org.scpbeforerelay.console;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.scpbeforerelay.console.api.Api;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.console.metrics.MetricsDesk;
import org.scpbeforerelay.console.metrics.OpenMetricsText;
import org.scpbeforerelay.console.page.Pages;
import org.scpbeforerelay.history.RecordTail;
import org.scpbeforerelay.view.Json;

/** Which address is what, and which of them anybody may ask for. */
final class ConsoleRoutes {
    private final ConsoleDesk desk;
    private final Door door;
    private final MetricsDesk metrics;
    private final Api api;
    private final Pages pages;
    private final Runnable whenKnown;

    /** Runs {@code whenKnown} where a visitor has shown the token or its cookie, before the request is answered. */
    ConsoleRoutes(ConsoleDesk desk, Door door, Follower follower, Path historyDirectory, Runnable whenKnown) {
        this.desk = desk;
        this.door = door;
        this.whenKnown = whenKnown;
        RecordTail record = new RecordTail(historyDirectory);
        this.metrics = new MetricsDesk(desk, follower);
        this.api = new Api(desk, follower, record);
        this.pages = new Pages(desk, follower, record);
    }

    Door door() {
        return door;
    }

    void answer(Visit visit) throws Problem, IOException, InterruptedException {
        door.checkHost(visit);
        switch (visit.path()) {
            case "/health/live" -> health(visit, true);
            case "/health/ready" -> health(visit, desk.isReady());
            case "/metrics" -> {
                requireGet(visit);
                visit.answer(200, OpenMetricsText.CONTENT_TYPE, metrics.text());
            }
            case "/login" -> login(visit);
            default -> inside(visit);
        }
    }

    private void health(Visit visit, boolean well) throws Problem, IOException {
        requireGet(visit);
        visit.answer(well ? 200 : 503, Json.object().put("status", well ? "ok" : "starting"));
    }

    /** The form of who came without the token. */
    private void login(Visit visit) throws Problem, IOException {
        if (!visit.method().equals("POST")) {
            visit.redirect("/");
            return;
        }
        letIn(visit, visit.form().getOrDefault("token", ""), "/");
    }

    private void inside(Visit visit) throws Problem, IOException, InterruptedException {
        Optional<String> token = visit.parameter("token");
        if (token.isPresent() && visit.isForPeople() && visit.method().equals("GET")) {
            // Sent on at once, so that the token stays in no history and no bookmark.
            letIn(visit, token.get(), visit.path().startsWith("//") ? "/" : visit.path());
            return;
        }
        door.checkVisitor(visit, desk.now());
        whenKnown.run();
        if (visit.path().startsWith("/api/")) {
            if (!visit.method().equals("GET")) {
                door.checkChange(visit, visit.header("X-Form-Token").orElse(null));
            }
            api.answer(visit);
        } else {
            show(visit);
        }
    }

    private void show(Visit visit) throws Problem, IOException {
        try {
            if (visit.method().equals("POST")) {
                Map<String, String> form = visit.form();
                door.checkChange(visit, form.get("form_token"));
                pages.change(visit, form);
            } else {
                requireGet(visit);
                pages.answer(visit);
            }
        } catch (Problem problem) {
            visit.answerPage(problem.status(), pages.problem(visit, problem));
        }
    }

    private void letIn(Visit visit, String token, String next) throws Problem, IOException {
        door.checkToken(visit, token, desk.now());
        visit.answerHeader("Set-Cookie", door.newCookie(desk.now()));
        visit.redirect(next);
    }

    private static void requireGet(Visit visit) throws Problem {
        if (!visit.method().equals("GET")) {
            throw Problem.methodNotAllowed("GET, HEAD");
        }
    }
}
