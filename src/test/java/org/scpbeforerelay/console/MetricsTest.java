package org.scpbeforerelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.rig.DebianRoots;
import org.scpbeforerelay.rig.FreePorts;
import org.scpbeforerelay.rig.SshHostKeys;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** What a monitoring system reads, and what is shipped for it. */
final class MetricsTest {
    private static final Path RULES = file("packaging/prometheus/scp-before-relay.rules.yml");
    private static final Path DASHBOARD = file("packaging/grafana/scp-before-relay.json");

    @TempDir
    Path folder;

    private ConsoleRig rig;

    private static Path file(String name) {
        return Path.of(System.getProperty("project.root", "."), name).toAbsolutePath();
    }

    @BeforeEach
    void begin() throws Exception {
        rig = new ConsoleRig(folder.resolve("state"), new SystemClock(), """
                [[hook]]
                run = ["/bin/true"]
                [[table]]
                name = "relay-clients"
                type = "lines"
                """);
        rig.grant("gerard/gwaihir", "203.0.113.7");
        rig.grant("gerard/gwaihir", "0.0.0.0");
        for (int i = 0; i < 200; i++) {
            rig.lookup("203.0.113.7");
        }
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private String metrics() throws Exception {
        return rig.send(rig.request("/metrics")).body();
    }

    @Test
    void whatHappensIsCountedAndNobodyIsNamed() throws Exception {
        String metrics = metrics();
        assertThat(metrics)
                .contains(
                        "scp_before_relay_leases 1\n",
                        "scp_before_relay_ready 1\n",
                        "scp_before_relay_announcements_total{source=\"operator\",outcome=\"granted\"} 1\n",
                        "scp_before_relay_announcements_total{source=\"operator\",outcome=\"address-not-allowed\"} 1\n",
                        "scp_before_relay_lookups_total{protocol=\"tcp_table\",answer=\"permit\"} 200\n",
                        "scp_before_relay_lookup_seconds_count 3\n",
                        "scp_before_relay_store_commit_seconds_count",
                        "scp_before_relay_table_publication_seconds_bucket",
                        "scp_before_relay_build_info{version=")
                .endsWith("# EOF\n")
                .doesNotContain("gerard", "gwaihir", "203.0.113.7");
    }

    @Test
    void theDashboardAndTheRulesNameOnlyFiguresThatAreThere() throws Exception {
        String metrics = metrics();
        Set<String> missing = new TreeSet<>();
        for (Path file : new Path[] {RULES, DASHBOARD}) {
            Pattern.compile("scp_before_relay_[a-z_]+")
                    .matcher(Files.readString(file))
                    .results()
                    .map(found -> found.group())
                    // These have figures only where the part is set up, which it is not here.
                    .filter(name -> !name.contains("_ssh_") && !name.contains("_login_log_"))
                    .filter(name -> !name.contains("_shared_")) // ConsolePoolTest
                    .filter(name -> !metrics.contains("\n" + name + "{") && !metrics.contains("\n" + name + " "))
                    .forEach(missing::add);
        }
        assertThat(missing).isEmpty();
        assertThat(Json.read(Files.readString(DASHBOARD)).path("panels")).hasSizeGreaterThan(15);
    }

    @Test
    void theSshEndpointAndLoginLogsHaveTheFiguresThatDashboardAndRulesName() throws Exception {
        Path log = Files.writeString(folder.resolve("mail.log"), "");
        Files.writeString(rig.state().resolve("scp-before-relay.toml"), """
                [ssh]
                listen = ["127.0.0.1:0"]
                host_keys = "%s"
                [lookup]
                listen = ["127.0.0.1:0"]
                [console]
                listen = "127.0.0.1:0"
                [login_log]
                files = ["%s"]
                services = ["dovecot"]
                """.formatted(SshHostKeys.folder(), log));
        rig.restart();
        String metrics = metrics();
        Set<String> missing = new TreeSet<>();
        for (Path file : new Path[] {RULES, DASHBOARD}) {
            Pattern.compile("scp_before_relay_(ssh|login_log)_[a-z_]+")
                    .matcher(Files.readString(file))
                    .results()
                    .map(found -> found.group())
                    .filter(name -> !metrics.contains("\n" + name + "{") && !metrics.contains("\n" + name + " "))
                    .forEach(missing::add);
        }
        assertThat(missing).isEmpty();
        assertThat(metrics)
                .contains(
                        "scp_before_relay_ssh_connections_total{outcome=\"turned-away\"} 0",
                        "scp_before_relay_login_log_lines_not_understood_total{service=\"dovecot\"} 0",
                        "scp_before_relay_expiry_lag_seconds_bucket");
    }

    @Test
    @Tag("e2e")
    void aRealPrometheusScrapesItAndTakesTheRules() throws Exception {
        Path bin = DebianRoots.require("prometheus").resolve("usr/bin");
        Path log = folder.resolve("promtool.log");
        Process check = new ProcessBuilder(bin.resolve("promtool").toString(), "check", "rules", RULES.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(check.waitFor()).as(Files.readString(log)).isZero();
        Files.writeString(folder.resolve("prometheus.yml"), """
                global: { scrape_interval: 1s, evaluation_interval: 1s }
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: scp-before-relay
                    static_configs: [{ targets: ["127.0.0.1:%d"] }]
                """.formatted(RULES, rig.port()));
        int port = FreePorts.any();
        Process prometheus = new ProcessBuilder(
                        bin.resolve("prometheus").toString(),
                        "--config.file=" + folder.resolve("prometheus.yml"),
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
                assertThat(ask(port, "/api/v1/query?query=" + encoded("up{job=\"scp-before-relay\"}"))
                                .at("/data/result/0/value/1")
                                .asString())
                        .isEqualTo("1");
                assertThat(ask(port, "/api/v1/query?query=scp_before_relay_leases")
                                .at("/data/result/0/value/1")
                                .asString())
                        .isEqualTo("1");
                JsonNode rules = ask(port, "/api/v1/rules").at("/data/groups/0/rules");
                assertThat(rules).hasSizeGreaterThan(8);
                assertThat(rules)
                        .as("each rule was evaluated without an error")
                        .allMatch(rule -> rule.path("health").asString().equals("ok"));
            });
            JsonNode types = ask(port, "/api/v1/metadata").path("data");
            assertThat(types.at("/scp_before_relay_lookups/0/type").asString()).isEqualTo("counter");
            assertThat(types.at("/scp_before_relay_store_commit_seconds/0/type").asString())
                    .isEqualTo("histogram");
        } finally {
            prometheus.destroyForcibly().waitFor();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static JsonNode ask(int port, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return Json.read(client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body());
        }
    }
}
