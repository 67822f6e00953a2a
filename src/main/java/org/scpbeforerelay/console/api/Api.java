package org.scpbeforerelay.console.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.history.HistoryReader;
import org.scpbeforerelay.history.RecordTail;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ObjectNode;

/** Which question is at which address. */
public final class Api {
    private static final String ROOT = "/api/v1";

    /** How much of the record one question may have looked through. */
    private static final long RECORD_BYTES_MAX = 32L << 20;

    private static final long DAY_MS = 86_400_000;

    private final ConsoleDesk desk;
    private final RecordTail record;
    private final LeasesApi leases;
    private final DecisionsApi decisions;
    private final EventsApi events;

    public Api(ConsoleDesk desk, Follower follower, RecordTail record) {
        this.desk = desk;
        this.record = record;
        this.leases = new LeasesApi(desk);
        this.decisions = new DecisionsApi(desk, follower);
        this.events = new EventsApi(desk, follower);
    }

    /** Answers. */
    public void answer(Visit visit) throws Problem, IOException, InterruptedException {
        String path = visit.path();
        if (path.equals(ROOT + "/leases")) {
            leases.answer(visit);
            return;
        }
        if (path.startsWith(ROOT + "/leases/")) {
            leases.answerOne(visit, path.substring((ROOT + "/leases/").length()));
            return;
        }
        if (!visit.method().equals("GET")) {
            throw new Problem(405, "method-not-allowed", "This cannot be done here", "only leases can be changed");
        }
        switch (path) {
            case ROOT + "/history" -> history(visit);
            case ROOT + "/status" -> visit.answer(200, desk.status());
            case ROOT + "/decisions" -> decisions.answer(visit);
            case ROOT + "/explain" -> explain(visit);
            case ROOT + "/events" -> events.answer(visit);
            case ROOT + "/openapi.json" -> visit.answer(200, "application/json", description());
            default ->
                throw Problem.notFound("the API has nothing at '" + path + "'; " + ROOT + "/openapi.json describes it");
        }
    }

    private void history(Visit visit) throws Problem, IOException {
        HistoryReader.Wanted wanted = new HistoryReader.Wanted(
                visit.parameter("user").orElse(null),
                Queries.address(visit, "address").orElse(null),
                desk.now().wallMs() - Queries.durationMs(visit, "since", 7 * DAY_MS));
        RecordTail.Page page;
        try {
            page = record.read(
                    wanted,
                    visit.parameter("q").orElse(""),
                    visit.parameter("after").orElse(""),
                    Queries.limit(visit),
                    RECORD_BYTES_MAX);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
        ObjectNode answer = Json.object();
        page.lines().forEach(answer.putArray("events")::add);
        if (page.next() != null) {
            answer.put("next", page.next());
            visit.answerHeader("Link", Queries.nextLink(visit, page.next()));
        }
        visit.answer(200, answer);
    }

    private void explain(Visit visit) throws Problem, IOException {
        Optional<ClientAddress> address = Queries.address(visit, "address");
        if (address.isEmpty()) {
            throw Problem.badRequest("'address' is missing: /api/v1/explain?address=203.0.113.7");
        }
        visit.answer(200, desk.explain(address.get(), visit.parameter("sender").orElse(null)));
    }

    private static byte[] description() {
        try (InputStream in = Api.class.getResourceAsStream("/org/scpbeforerelay/console/openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("the description of the API is missing from the program");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
