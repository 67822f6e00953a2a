package org.scpbeforerelay.console;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.scpbeforerelay.console.page.DoorPage;
import org.scpbeforerelay.view.Json;

/** Sends a problem: as {@code application/problem+json} to programs, as a page to people. */
final class ProblemAnswer {
    private ProblemAnswer() {}

    static void send(HttpExchange exchange, boolean forPeople, Problem problem) throws IOException {
        var headers = exchange.getResponseHeaders();
        byte[] body;
        if (forPeople) {
            body = DoorPage.html(problem.status(), problem.title(), problem.detail())
                    .getBytes(StandardCharsets.UTF_8);
            headers.set("Content-Type", "text/html; charset=utf-8");
            headers.set("Content-Security-Policy", DoorPage.CONTENT_SECURITY_POLICY);
        } else {
            body = (Json.line(problem.json()) + "\n").getBytes(StandardCharsets.UTF_8);
            headers.set("Content-Type", "application/problem+json");
        }
        if (problem.status() == 401) {
            headers.set("WWW-Authenticate", "Bearer realm=\"scp-before-relay\"");
        }
        if (problem.retryAfterSeconds() > 0) {
            headers.set("Retry-After", String.valueOf(problem.retryAfterSeconds()));
        }
        String allowed = problem.allowed();
        if (allowed != null) {
            headers.set("Allow", allowed);
        }
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(problem.status(), head ? -1 : body.length);
        if (!head) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }
}
