package org.scpbeforerelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** The console of a host of a pool: page, API as described, metrics; and what a stranger at the engine writes is never shown. */
@Tag("e2e")
final class ConsolePoolTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void pageApiAndMetricsShowTheHostsAndTheEngine() throws Exception {
        try (RedisServer redis = RedisServer.start(Files.createDirectory(folder.resolve("redis")))) {
            String store = "[store]\nurl = \"redis://127.0.0.1:" + redis.port() + "\"\n";
            redis.ask("HSET", "sbr:nodes", "<script>alert(1)</script>", "v=1 at=1795000700000");
            redis.ask("HSET", "sbr:nodes", "evil-0a1b2c3d", "v=<script>alert(2)</script> at=1795000700000");
            try (ConsoleRig one = new ConsoleRig(folder.resolve("one"), new SystemClock(), store);
                    ConsoleRig other = new ConsoleRig(folder.resolve("other"), new Ahead(9_000), store)) {
                one.grant("gerard/gwaihir", "203.0.113.7");
                JsonNode description = Json.read(one.get("/api/v1/openapi.json").body());
                await().atMost(SOON).untilAsserted(() -> {
                    JsonNode status = Json.read(one.get("/api/v1/status").body());
                    assertThat(new SchemaCheck(description)
                                    .faults(status, description.at("/components/schemas/Status")))
                            .isEmpty();
                    assertThat(status.path("shared").path("nodes")).hasSize(2);
                    assertThat(status.path("shared").path("nodes").toString()).contains("\"clock_ahead_ms\":9");
                    assertThat(page(one))
                            .contains("Shared store", "connected since", "(this)", "clock +", "mend it: redis-cli")
                            .doesNotContain("alert(");
                    assertThat(page(other)).contains("s ahead of the shared store", "clock (chrony");
                    assertThat(metrics(one))
                            .contains("scp_before_relay_shared_connected 1\n")
                            .contains("scp_before_relay_shared_clock_trusted 1\n")
                            .contains("scp_before_relay_shared_nodes 2\n")
                            .containsPattern("scp_before_relay_shared_records_appended_total [1-9]");
                    assertThat(metrics(other))
                            .contains("scp_before_relay_shared_clock_trusted 0\n")
                            .containsPattern("scp_before_relay_shared_clock_ahead_seconds (9|8\\.9)");
                });
                assertThatRulesAndDashboardFindTheirFigures(metrics(one));
                redis.kill();
                await().atMost(SOON).untilAsserted(() -> {
                    JsonNode status = Json.read(one.get("/api/v1/status").body());
                    assertThat(new SchemaCheck(description)
                                    .faults(status, description.at("/components/schemas/Status")))
                            .isEmpty();
                    assertThat(status.path("shared")
                                    .path("engine")
                                    .path("remedy")
                                    .asString(""))
                            .contains("redis-cli");
                    assertThat(page(one)).contains("the shared store is away");
                    assertThat(metrics(one)).contains("scp_before_relay_shared_connected 0\n");
                });
            }
        }
    }

    private static void assertThatRulesAndDashboardFindTheirFigures(String metrics) throws Exception {
        Set<String> missing = new TreeSet<>();
        for (String file : new String[] {
            "packaging/prometheus/scp-before-relay.rules.yml", "packaging/grafana/scp-before-relay.json"
        }) {
            String text = Files.readString(
                    Path.of(System.getProperty("project.root", ".")).resolve(file));
            Pattern.compile("scp_before_relay_shared_[a-z_]+")
                    .matcher(text)
                    .results()
                    .map(found -> found.group())
                    .filter(name -> !metrics.contains("\n" + name + " "))
                    .forEach(missing::add);
        }
        assertThat(missing).isEmpty();
    }

    private static String page(ConsoleRig rig) throws Exception {
        return rig.get("/").body();
    }

    private static String metrics(ConsoleRig rig) throws Exception {
        return rig.send(rig.request("/metrics")).body();
    }

    /** The machine's clocks, the wall clock ahead. */
    private record Ahead(long aheadMs, Clock machine) implements Clock {
        Ahead(long aheadMs) {
            this(aheadMs, new SystemClock());
        }

        @Override
        public Moment now() {
            Moment now = machine.now();
            return new Moment(now.wallMs() + aheadMs, now.monotonicMs());
        }

        @Override
        public String bootId() {
            return machine.bootId();
        }

        @Override
        public boolean isSynchronised() {
            return machine.isSynchronised();
        }
    }
}
