package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.RunningCommand;
import org.scpbeforerelay.rig.SshClient;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** Two HAProxies with one address between them, by keepalived with the very settings of docs/many-hosts.md; what fails, clients hardly notice. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SharedAddressStoryTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String SHARED = "192.0.2.4";
    private static final String PORT = "2222";
    private static final String HOME = "198.51.100.10";

    private NetworkLab lab;
    private Host gwaihir;
    private Host relayHost;
    private Host edge1;
    private Host edge2;
    private RunningCommand haproxy1;
    private DaemonProcess relay;
    private SshClient gerard;
    private Path key;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", HOME);
        gerard = SshClient.on(gwaihir, "gerard");
        key = gerard.generateKey("key", "ed25519");
        relayHost = lab.host("relay1", "192.0.2.25");
        relay = DaemonProcess.in(relayHost, """
                [lease]
                special_networks = ["198.51.100.0/24"]
                hold_grace = "60s"
                [lookup]
                listen = ["127.0.0.1:10040"]
                [console]
                listen = ""
                [ssh]
                listen = ["0.0.0.0:2222"]
                proxies = ["192.0.2.5", "192.0.2.6"]
                """);
        Files.writeString(
                relay.state().resolve("users/gerard.toml"), "keys = [\"" + SshClient.publicKey(key) + "\"]\n");
        relay.start();
        edge1 = edge("edge1", "192.0.2.5", "100");
        haproxy1 = startHaproxy(edge1);
        edge2 = edge("edge2", "192.0.2.6", "90");
        startHaproxy(edge2);
        startKeepalived(edge1);
        startKeepalived(edge2);
        awaitAddressAt(edge1);
    }

    @AfterAll
    void close() {
        lab.close();
    }

    private Host edge(String name, String address, String priority) throws IOException {
        Host edge = lab.server(name, List.of("haproxy", "keepalived"), address);
        edge.shell("mkdir /run/haproxy");
        Files.writeString(
                edge.folder().resolve("haproxy.cfg"),
                "global\n    stats socket /run/haproxy/admin.sock\n"
                        + ManyHostsManual.block("haproxy", "listen ").replaceAll("(?m)^ *server relay2 .*$", ""));
        String settings = ManyHostsManual.block("keepalived", "global_defs");
        assertThat(settings).contains("priority 100 ", SHARED + "/24");
        Files.writeString(
                edge.folder().resolve("keepalived.conf"),
                settings.replace("priority 100 ", "priority " + priority + " "));
        CommandResult read =
                edge.exec("/usr/sbin/keepalived", "--config-test", "--use-file=" + keepalivedSettings(edge));
        assertThat(read.exit()).as(read.output()).isZero();
        return edge;
    }

    private static Path keepalivedSettings(Host edge) {
        return edge.folder().resolve("keepalived.conf");
    }

    private static RunningCommand startHaproxy(Host edge) {
        return edge.start(
                "haproxy",
                "/usr/sbin/haproxy",
                "-db",
                "-f",
                edge.folder().resolve("haproxy.cfg").toString());
    }

    private static void startKeepalived(Host edge) {
        edge.start(
                "keepalived",
                "/usr/sbin/keepalived",
                "--dont-fork",
                "--log-console",
                "--use-file=" + keepalivedSettings(edge));
    }

    private static boolean hasAddress(Host edge) {
        return edge.shell("ip -4 address show dev eth0").stdout().contains(" " + SHARED + "/");
    }

    private static void awaitAddressAt(Host edge) {
        await(SHARED + " is at " + edge.name()).atMost(SOON).until(() -> hasAddress(edge));
    }

    @Test
    @Order(1)
    void theSharedAddressIsAtOneOfThemAndTheLeaseIsTheClients() {
        assertThat(hasAddress(edge2)).isFalse();
        announce("gerard+gwaihir");
        assertThat(leases()).containsExactly("gwaihir " + HOME);
    }

    @Test
    @Order(2)
    void whenHaproxyEndsTheAddressMovesToTheOtherAndBackAgain() {
        haproxy1.signal("KILL");
        awaitAddressAt(edge2);
        awaitAnnounced("gerard+landroval");
        assertThat(leases()).containsExactlyInAnyOrder("gwaihir " + HOME, "landroval " + HOME);

        startHaproxy(edge1);
        awaitAddressAt(edge1);
        awaitAnnounced("gerard+landroval");
    }

    /** The agent's connection breaks; it makes another within the lease's grace. */
    @Test
    @Order(3)
    void whenTheWholeHostIsGoneAHeldLeaseLastsBecauseTheAgentComesBack() {
        try (RunningCommand agent = agent()) {
            agent.awaitOutput("granted gerard/meneldor " + HOME, SOON);
            String granted = heldSince();
            edge1.linkDown();
            awaitAddressAt(edge2);
            await("the agent is connected through the other")
                    .atMost(Duration.ofSeconds(60))
                    .until(() ->
                            connectionsThrough("192.0.2.6") > 0 && !renewedAt().equals(granted));
            assertThat(heldSince()).as("the lease stood all the time").isEqualTo(granted);
        } finally {
            edge1.linkUp();
        }
    }

    private RunningCommand agent() {
        List<String> arguments = new ArrayList<>(
                List.of("gerard+meneldor@" + SHARED + ":" + PORT, "--hold", "--identity", key.toString()));
        for (String option : List.of(
                "UserKnownHostsFile=" + gerard.folder().resolve("known_hosts"),
                "StrictHostKeyChecking=accept-new",
                "ServerAliveInterval=2",
                "ServerAliveCountMax=2")) {
            arguments.addAll(List.of("-o", option));
        }
        arguments.addFirst("announce");
        return gwaihir.startJava("agent", List.of(), "org.scpbeforerelay.cli.Main", arguments.toArray(String[]::new));
    }

    private String heldSince() {
        return meneldor().path("granted_at").asString();
    }

    private String renewedAt() {
        return meneldor().path("renewed_at").asString();
    }

    private JsonNode meneldor() {
        for (JsonNode lease : listed()) {
            if (lease.path("device").asString().equals("meneldor")) {
                return lease;
            }
        }
        throw new AssertionError("no lease of meneldor");
    }

    private int connectionsThrough(String proxy) {
        return Math.toIntExact(relayHost
                .shell("ss -Htn state established '( sport = :" + PORT + " )'")
                .stdout()
                .lines()
                .filter(line -> line.contains(proxy))
                .count());
    }

    private JsonNode listed() {
        return Json.read(relay.command("leases", "--json").orThrow().stdout()).path("leases");
    }

    private List<String> leases() {
        List<String> found = new ArrayList<>();
        listed().forEach(lease -> found.add(
                lease.path("device").asString() + " " + lease.path("address").asString()));
        return found;
    }

    private void announce(String login) {
        CommandResult said = tryToAnnounce(login);
        assertThat(said.stdout()).as(said.output()).contains("granted ").contains(" " + HOME + " until ");
    }

    private void awaitAnnounced(String login) {
        await(login + " is granted")
                .atMost(SOON)
                .until(() -> tryToAnnounce(login).exit() == 0);
    }

    private CommandResult tryToAnnounce(String login) {
        return gerard.ssh(key, "-p", PORT, login + "@" + SHARED, "announce");
    }
}
