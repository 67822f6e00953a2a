package org.scpbeforerelay.console.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.ConsoleServer;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.console.follow.Broadcast;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.view.Json;
import org.scpbeforerelay.view.LeaseView;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/events}: what happens, as it happens (server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * <p>Events: {@code granted}, {@code renewed}, {@code revoked}, {@code expired}, {@code refused}; {@code missed} when some were lost, so that
 * the list of leases is to be read anew. A stream ends after five minutes; browsers come back by themselves and say which event
 * was the last, and nothing is lost.
 */
final class EventsApi {
    private static final long SIGN_OF_LIFE_MS = 15_000;

    private final ConsoleDesk desk;
    private final Follower follower;

    EventsApi(ConsoleDesk desk, Follower follower) {
        this.desk = desk;
        this.follower = follower;
    }

    void answer(Visit visit) throws Problem, IOException, InterruptedException {
        try (Broadcast.Listener listener =
                follower.broadcast().listen(visit.header("Last-Event-ID").orElse(null))) {
            if (listener == null) {
                throw new Problem(
                                503,
                                "too-many-listeners",
                                "Too many listen already",
                                "at most " + Broadcast.LISTENERS_MAX + " streams are open at once; close a page")
                        .retryAfter(30);
            }
            try (OutputStream stream = visit.answerStream("text/event-stream; charset=utf-8")) {
                tell(listener, stream);
            }
        }
    }

    private void tell(Broadcast.Listener listener, OutputStream stream) throws IOException, InterruptedException {
        send(stream, "retry: 1000\n: begins\n\n");
        long endNs = System.nanoTime() + ConsoleServer.STREAM_SECONDS * 1_000_000_000;
        while (System.nanoTime() < endNs) {
            Broadcast.Told told = listener.next(SIGN_OF_LIFE_MS);
            if (listener.hasMissed()) {
                send(stream, "event: missed\ndata: {}\n\n");
            }
            send(stream, told == null ? ": still here\n\n" : text(told));
        }
    }

    private String text(Broadcast.Told told) {
        ObjectNode data = json(told.event());
        return "id: " + told.id() + "\nevent: " + data.path("event").asString() + "\ndata: " + Json.line(data) + "\n\n";
    }

    private ObjectNode json(LeaseEvent event) {
        return switch (event) {
            case LeaseEvent.Granted one -> lease("granted", one.lease(), one.atMs());
            case LeaseEvent.Renewed one -> lease("renewed", one.lease(), one.atMs());
            case LeaseEvent.Revoked one ->
                lease("revoked", one.lease(), one.atMs()).put("why", one.why());
            case LeaseEvent.Expired one -> lease("expired", one.lease(), one.atMs());
            case LeaseEvent.Refused one -> refused(one);
        };
    }

    private ObjectNode lease(String event, Lease lease, long atMs) {
        ObjectNode json = Json.object().put("at", Json.time(atMs)).put("event", event);
        Moment now = desk.now();
        json.set("lease", LeaseView.of(lease, desk.signs(now).of(lease), now));
        return json;
    }

    private static ObjectNode refused(LeaseEvent.Refused one) {
        ObjectNode json = Json.object()
                .put("at", Json.time(one.atMs()))
                .put("event", "refused")
                .put("user", one.announcement().principal().user().text())
                .put("device", one.announcement().principal().device().text())
                .put("source", one.announcement().source().text())
                .put("code", one.verdict().code().text())
                .put("why", one.verdict().reason());
        if (one.announcement().provenAddress() != null) {
            json.put("from", one.announcement().provenAddress().toString());
        }
        for (Claim claim : one.announcement().claims()) {
            if (claim instanceof Claim.Address literal) {
                json.withArray("claimed").add(literal.address().toString());
            }
        }
        return json;
    }

    private static void send(OutputStream stream, String text) throws IOException {
        stream.write(text.getBytes(StandardCharsets.UTF_8));
        stream.flush();
    }
}
