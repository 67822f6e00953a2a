package org.scpbeforerelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** What programs are answered; every answer is held against the API's own description. */
final class ConsoleApiTest {
    private final SettableClock clock = new SettableClock();

    @TempDir
    Path state;

    private ConsoleRig rig;
    private JsonNode description;

    @BeforeEach
    void begin() throws Exception {
        rig = new ConsoleRig(state, clock);
        description = Json.read(rig.get("/api/v1/openapi.json").body());
    }

    @AfterEach
    void end() {
        rig.close();
    }

    /** The body, which is as the description says for this path, method and status. */
    private JsonNode described(HttpResponse<String> answer, String path, String method) {
        JsonNode responses = description.path("paths").path(path).path(method).path("responses");
        String status = String.valueOf(answer.statusCode());
        JsonNode response = responses.path(responses.has(status) ? status : "default");
        if (response.has("$ref")) {
            response = description.at(response.path("$ref").asString().substring(1));
        }
        String type = answer.headers().firstValue("Content-Type").orElse("");
        JsonNode schema = response.path("content").path(type).path("schema");
        assertThat(schema.isObject())
                .as("%s %s answers %s as %s, which is described", method, path, status, type)
                .isTrue();
        JsonNode body = Json.read(answer.body());
        assertThat(new SchemaCheck(description).faults(body, schema))
                .as(answer.body())
                .isEmpty();
        return body;
    }

    private JsonNode get(String path, String query) throws Exception {
        return described(rig.get(path + query), path, "get");
    }

    @Test
    void everyAnswerIsAsItsDescriptionSays() throws Exception {
        rig.grant("gerard/gwaihir", "203.0.113.7");
        rig.grant("gerard/nobody", "0.0.0.0");
        rig.lookup("203.0.113.7");
        rig.lookup("203.0.113.99");
        JsonNode lease = get("/api/v1/leases", "").path("leases").get(0);
        assertThat(lease.propertyNames())
                .contains(
                        "user",
                        "device",
                        "address",
                        "prefix",
                        "source",
                        "held",
                        "granted_at",
                        "renewed_at",
                        "expires_at",
                        "seconds_left");
        await().untilAsserted(() -> assertThat(get("/api/v1/history", "").path("events"))
                .extracting(line -> line.path("event").asString())
                .contains("granted", "operator", "refused"));
        assertThat(get("/api/v1/status", "").path("problems")).isEmpty();
        assertThat(get("/api/v1/decisions", "").path("last"))
                .extracting(one -> one.path("answer").asString() + " "
                        + one.path("address").asString())
                .containsExactlyInAnyOrder("permit 203.0.113.7", "not-authorised 203.0.113.99");
        assertThat(get("/api/v1/explain", "?address=203.0.113.7")
                        .path("permitted")
                        .asBoolean())
                .isTrue();
        assertThat(get("/api/v1/explain", "?address=203.0.113.9")
                        .path("permitted")
                        .asBoolean())
                .isFalse();
        assertThat(get("/api/v1/explain", "").path("code").asString()).isEqualTo("bad-request");
        get("/api/v1/leases", "?limit=0");
        get("/api/v1/leases", "?after=nowhere");
        get("/api/v1/leases", "?user=Not+A+User");
        get("/api/v1/history", "?since=yesterday");
        get("/api/v1/history", "?after=nowhere");
        assertThat(description.path("paths").propertyNames())
                .allMatch(path -> path.startsWith("/api/v1/"))
                .hasSize(7);
    }

    @Test
    void aLeaseIsGrantedAndRevokedByPrograms() throws Exception {
        HttpResponse<String> granted = rig.post(
                "/api/v1/leases",
                "{\"user\":\"gerard\",\"device\":\"phone\",\"address\":\"203.0.113.7\",\"term\":\"2h\"}");
        assertThat(granted.statusCode()).isEqualTo(201);
        JsonNode lease = described(granted, "/api/v1/leases", "post");
        assertThat(lease.path("seconds_left").asLong()).isEqualTo(7200);
        assertThat(lease.path("source").asString()).isEqualTo("operator");
        assertThat(rig.lookup("203.0.113.7")).startsWith("200 ");
        String place = granted.headers().firstValue("Location").orElseThrow();
        assertThat(place).isEqualTo("/api/v1/leases/gerard/phone/ipv4");
        HttpResponse<String> revoked = rig.send(rig.asProgram(place).DELETE());
        JsonNode answer = described(revoked, "/api/v1/leases/{user}/{device}/{family}", "delete");
        assertThat(answer.path("revoked")).hasSize(1);
        assertThat(rig.lookup("203.0.113.7")).startsWith("500 ");
        assertThat(rig.send(rig.asProgram(place).DELETE()).statusCode()).isEqualTo(404);
        assertThat(rig.get(place).statusCode()).isEqualTo(404);
        HttpResponse<String> noFamily =
                rig.send(rig.asProgram("/api/v1/leases/gerard/phone/ipv5").DELETE());
        assertThat(noFamily.statusCode()).isEqualTo(400);
        assertThat(noFamily.body()).contains("USER/DEVICE/FAMILY is one, with ipv4 or ipv6");
        await().untilAsserted(() -> assertThat(
                        rig.get("/api/v1/history?q=operator").body())
                .contains("console (127.0.0.1)", "granted gerard/phone 203.0.113.7", "revoked gerard/phone/ipv4"));
    }

    @Test
    void whatIsNotGrantedSaysWhyInWordsAndInOneWord() throws Exception {
        String[][] cases = {
            {"{\"user\":\"gerard\",\"address\":\"0.0.0.0\"}", "422", "address-not-allowed"},
            {"{\"user\":\"gerard\",\"address\":\"010.0.0.1\"}", "422", "address-malformed"},
            {"{\"user\":\"gerard\",\"address\":\"203.0.113.7\",\"term\":\"400d\"}", "422", "term-too-long"},
            {"{\"user\":\"gerard\",\"address\":\"203.0.113.7\",\"term\":\"soon\"}", "400", "bad-request"},
            {"{\"user\":\"nobody\",\"address\":\"203.0.113.7\"}", "422", "no-such-user"},
            {"{\"user\":\"gerard\"}", "400", "bad-request"},
            {"{\"user\":[],\"address\":\"203.0.113.7\"}", "400", "bad-request"},
            {"{\"user\":\"gerard\",\"address\":\"203.0.113.7\",\"forever\":true}", "400", "bad-request"},
            {"[]", "400", "bad-request"},
            {"{", "400", "bad-request"},
        };
        for (String[] one : cases) {
            HttpResponse<String> answer = rig.post("/api/v1/leases", one[0]);
            JsonNode problem = described(answer, "/api/v1/leases", "post");
            assertThat(answer.statusCode() + " " + problem.path("code").asString())
                    .as(one[0])
                    .isEqualTo(one[1] + " " + one[2]);
            assertThat(problem.path("detail").asString()).isNotBlank();
        }
    }

    @Test
    void pagesOfLeasesLoseAndDoubleNothing() throws Exception {
        for (int i = 0; i < 8; i++) {
            rig.grant("gerard/d" + i, "203.0.113." + (10 + i));
        }
        rig.grant("frodo/pony", "203.0.113.50");
        List<String> found = new ArrayList<>();
        String query = "?limit=2";
        while (!query.isEmpty()) {
            JsonNode page = get("/api/v1/leases", query);
            assertThat(page.path("total").asInt()).isEqualTo(9);
            page.path("leases").forEach(lease -> found.add(lease.path("device").asString()));
            query = page.has("next") ? "?limit=2&after=" + page.path("next").asString() : "";
        }
        assertThat(found).containsExactly("pony", "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7");
        assertThat(get("/api/v1/leases", "?user=frodo").path("total").asInt()).isEqualTo(1);
        assertThat(get("/api/v1/leases", "?q=d3").path("total").asInt()).isEqualTo(1);
        assertThat(get("/api/v1/leases", "?address=203.0.113.11").path("total").asInt())
                .isEqualTo(1);
        assertThat(get("/api/v1/leases", "?q=203.0.113.1").path("total").asInt())
                .as("a whole address finds what covers it, not what begins like it")
                .isZero();
    }

    @Test
    void nothingNewIsSaidInNoWordsAndAnEndedLeaseIsNew() throws Exception {
        rig.grant("gerard/gwaihir", "203.0.113.7");
        String tag = rig.get("/api/v1/leases").headers().firstValue("ETag").orElseThrow();
        clock.passMs(60_000);
        HttpResponse<String> same = rig.send(rig.asProgram("/api/v1/leases").header("If-None-Match", tag));
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        clock.passMs(1_140_000);
        HttpResponse<String> ended = rig.send(rig.asProgram("/api/v1/leases").header("If-None-Match", tag));
        assertThat(ended.statusCode()).isEqualTo(200);
        assertThat(Json.read(ended.body()).path("leases")).isEmpty();
    }

    @Test
    void howMuchWasRelayedStandsInTheLeaseAndIsNew() throws Exception {
        rig.grant("gerard/gwaihir", "203.0.113.7");
        String tag = rig.get("/api/v1/leases").headers().firstValue("ETag").orElseThrow();
        assertThat(rig.mail("203.0.113.7")).isEqualTo("action=OK");
        HttpResponse<String> relayed = rig.send(rig.asProgram("/api/v1/leases").header("If-None-Match", tag));
        assertThat(relayed.statusCode()).isEqualTo(200);
        assertThat(Json.read(relayed.body()).at("/leases/0/relayed"))
                .isEqualTo(Json.object().put("messages", 1).put("recipients", 1));
        HttpResponse<String> one = rig.get("/api/v1/leases/gerard/gwaihir/ipv4");
        assertThat(described(one, "/api/v1/leases/{user}/{device}/{family}", "get")
                        .at("/relayed/messages")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void listenersHearWhatHappensAndWhoComesBackMissesNothing() throws Exception {
        String last;
        try (BufferedReader stream = events("")) {
            rig.grant("gerard/gwaihir", "203.0.113.7");
            Told granted = next(stream);
            assertThat(granted.event()).isEqualTo("granted");
            assertThat(granted.data().at("/lease/address").asString()).isEqualTo("203.0.113.7");
            last = granted.id();
        }
        rig.grant("gerard/gwaihir", "203.0.113.8");
        rig.grant("gerard/gwaihir", "0.0.0.0");
        try (BufferedReader stream = events(last)) {
            assertThat(next(stream).data().path("why").asString()).isEqualTo("replaced by 203.0.113.8");
            assertThat(next(stream).event()).isEqualTo("granted");
            assertThat(next(stream).data().path("code").asString()).isEqualTo("address-not-allowed");
        }
        try (BufferedReader stream = events("1-1")) {
            assertThat(next(stream).event()).as("of a former run").isEqualTo("missed");
        }
    }

    private BufferedReader events(String lastId) throws Exception {
        var request = rig.asProgram("/api/v1/events");
        HttpResponse<java.io.InputStream> answer =
                rig.stream(lastId.isEmpty() ? request : request.header("Last-Event-ID", lastId));
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        BufferedReader stream = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        assertThat(stream.readLine()).startsWith("retry: ");
        return stream;
    }

    private record Told(String id, String event, JsonNode data) {}

    private Told next(BufferedReader stream) throws IOException {
        String id = "";
        String event = "";
        JsonNode data = Json.object();
        for (String line = stream.readLine(); line != null; line = stream.readLine()) {
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = Json.read(line.substring(6));
            } else if (line.isEmpty() && !event.isEmpty()) {
                if (!event.equals("missed")) {
                    assertThat(new SchemaCheck(description).faults(data, description.at("/components/schemas/Event")))
                            .isEmpty();
                }
                return new Told(id, event, data);
            }
        }
        throw new IOException("the stream has ended");
    }

    @Test
    void moreListenersThanThereIsRoomForAreToldToComeBack() throws Exception {
        List<BufferedReader> streams = new ArrayList<>();
        for (int i = 0; i < org.scpbeforerelay.console.follow.Broadcast.LISTENERS_MAX; i++) {
            streams.add(events(""));
        }
        HttpResponse<String> answer = rig.get("/api/v1/events");
        assertThat(answer.statusCode()).isEqualTo(503);
        described(answer, "/api/v1/events", "get");
        for (BufferedReader stream : streams) {
            stream.close();
        }
    }

    @Test
    void methodsThatMeanNothingAreRefused() throws Exception {
        assertThat(rig.send(rig.asProgram("/api/v1/status").DELETE()).statusCode())
                .isEqualTo(405);
        assertThat(rig.send(rig.asProgram("/api/v1/leases").DELETE()).statusCode())
                .isEqualTo(405);
        assertThat(rig.send(rig.request("/metrics").DELETE()).statusCode()).isEqualTo(405);
        assertThat(rig.get("/api/v1/nothing").statusCode()).isEqualTo(404);
        HttpResponse<String> head = rig.send(
                rig.asProgram("/api/v1/status").method("HEAD", java.net.http.HttpRequest.BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }
}
