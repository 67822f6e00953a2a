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

/**
 * HAProxy with the very settings of docs/many-hosts.md in front of two relay hosts with one lease book on Redis; OpenSSH's clients before it, and
 * beside it.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ProxyStoryTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String EDGE = "192.0.2.5";
    private static final String EDGE_V6 = "2001:db8::5";
    private static final String ENGINE = "192.0.2.30";
    private static final String HOME = "198.51.100.10";
    private static final String HOME_V6 = "2001:db8:1::10";

    /** The documented port takes version 2; its twin in the test's settings version 1, the third forgets to say anything. */
    private static final String V2 = "2222";

    private static final String V1 = "2223";
    private static final String MUTE = "2224";

    private NetworkLab lab;
    private Host edge;
    private DaemonProcess relay1;
    private DaemonProcess relay2;
    private SshClient gerard;
    private Path key;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        Host gwaihir = lab.host("gwaihir", HOME, HOME_V6);
        edge = lab.server("edge", List.of("haproxy"), EDGE, EDGE_V6);
        gerard = SshClient.on(gwaihir, "gerard");
        key = gerard.generateKey("key", "ed25519");
        lab.server("engine", List.of("redis"), ENGINE)
                .start("redis", "/usr/bin/redis-server", "--bind", ENGINE, "--protected-mode", "no", "--save", "")
                .awaitOutput("Ready to accept connections", SOON);
        relay1 = relayHost("relay1", "192.0.2.25");
        relay2 = relayHost("relay2", "192.0.2.26");
        Path settings = edge.folder().resolve("haproxy.cfg");
        Files.writeString(settings, haproxySettings());
        edge.start("haproxy", "/usr/sbin/haproxy", "-db", "-f", settings.toString());
        await().atMost(SOON).ignoreExceptions().until(() -> !servers().isEmpty());
    }

    @AfterAll
    void close() {
        lab.close();
    }

    private DaemonProcess relayHost(String name, String address) throws IOException {
        DaemonProcess daemon = DaemonProcess.in(
                lab.host(name, address), """
                [lease]
                special_networks = ["198.51.100.0/24", "192.0.2.0/24", "2001:db8::/32"]
                [lookup]
                listen = ["127.0.0.1:10040"]
                [console]
                listen = ""
                [store]
                url = "redis://%s"
                %s
                listen = ["0.0.0.0:2222"]
                """.formatted(ENGINE, ManyHostsManual.block("toml", "[ssh]")));
        Files.writeString(
                daemon.state().resolve("users/gerard.toml"), "keys = [\"" + SshClient.publicKey(key) + "\"]\n");
        return daemon.start();
    }

    private String haproxySettings() throws IOException {
        String v2 = ManyHostsManual.block("haproxy", "listen ");
        String v1 = v2.replace("listen scp-before-relay", "listen version1")
                .replace(":::" + V2, ":::" + V1)
                .replace("send-proxy-v2", "send-proxy");
        String mute = v2.replace("listen scp-before-relay", "listen mute")
                .replace(":::" + V2, ":::" + MUTE)
                .replace("send-proxy-v2", "");
        assertThat(List.of(v1, v2, mute)).doesNotHaveDuplicates();
        return "global\n    stats socket " + statsSocket() + " level admin\n" + String.join("\n", v2, v1, mute);
    }

    private Path statsSocket() {
        return edge.folder().resolve("haproxy.sock");
    }

    @Test
    @Order(1)
    void haproxyFindsBothHostsWellWhateverItSaysFirst() {
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(serverChecks()).hasSize(6).allMatch(check -> check.endsWith(",UP,L7OK")));
    }

    @Test
    @Order(2)
    void theLeaseIsTheClientsAddressByEitherVersionAndNeverHaproxys() throws Exception {
        for (String port : List.of(V2, V1)) {
            announce("gerard", EDGE, port, HOME);
            announce("gerard", EDGE_V6, port, HOME_V6);
        }
        Path file = Files.writeString(gerard.folder().resolve("gwaihir-ip"), HOME + "\n");
        assertThat(gerard.scp(key, "-P", V2, file.toString(), "gerard@" + EDGE + ":")
                        .exit())
                .isZero();
        CommandResult refused = gerard.ssh(key, "-p", V2, "gerard@" + EDGE, "announce", EDGE);
        assertThat(refused.stderr()).startsWith("refused address-not-yours you announced " + EDGE);
        assertThat(leasedAnywhere()).containsOnly(HOME, HOME_V6);
        assertThat(relay1.log() + relay2.log())
                .contains("granted gerard/default " + HOME + " by ssh", "granted gerard/default " + HOME_V6 + " by ssh")
                .contains("refused gerard/default from " + HOME + " by ssh")
                .doesNotContain("from " + EDGE);
    }

    @Test
    @Order(3)
    void checksOfHealthMakeNoNoiseAndAreNobodysFailedLogin() {
        // All six servers have been checked several times by now, with either header and with none.
        for (DaemonProcess host : List.of(relay1, relay2)) {
            assertThat(host.log()).doesNotContain("failed login", "the proxy " + EDGE, "PROXY protocol", "Exception");
        }
    }

    @Test
    @Order(4)
    void aHostIsDrainedAndTakenBackAsThePageSaysAndAHeldConnectionHolds() throws Exception {
        for (String state : List.of("drain", "ready")) {
            String command = "set server scp-before-relay/relay1 state " + state;
            assertThat(ManyHostsManual.text()).contains("echo '" + command + "' | socat - ");
            assertThat(haproxy(command)).isBlank();
            int before = connectionsOfRelay1();
            for (int i = 0; i < 4; i++) {
                announce("gerard", EDGE, V2, HOME);
            }
            assertThat(connectionsOfRelay1() > before).as(state).isEqualTo(state.equals("ready"));
        }
        try (RunningCommand held = gerard.startSsh(key, "-N", "-p", V2, "gerard+held@" + EDGE)) {
            await().atMost(SOON).until(() -> (relay1.log() + relay2.log()).contains("granted gerard/held " + HOME));
            assertThat(held.isRunning()).isTrue();
        }
    }

    @Test
    @Order(5)
    void aHostThatFailsIsDoneWithoutAndTheClientSeesNothingOfIt() {
        // HAProxy takes them by turns: one of the two would have gone to
        // the host that its check does not know to be away.
        for (DaemonProcess host : List.of(relay1, relay2)) {
            DaemonProcess other = host == relay1 ? relay2 : relay1;
            host.kill();
            assertThat(other.command("lookup", HOME).exit())
                    .as("%s, announced at whichever host, at the one that is left", HOME)
                    .isZero();
            announce("gerard+landroval", EDGE, V2, HOME);
            announce("gerard+landroval", EDGE, V2, HOME);
            host.start();
            await().atMost(SOON).until(() -> serverChecks().stream().allMatch(check -> check.contains(",UP,")));
        }
    }

    @Test
    @Order(6)
    void aProxyThatForgetsTheHeaderIsToldToTheOperatorWithTheRemedy() {
        assertThat(gerard.ssh(key, "-p", MUTE, "gerard@" + EDGE, "announce").exit())
                .isEqualTo(255);
        await().atMost(SOON)
                .until(
                        () -> (relay1.log() + relay2.log())
                                .contains(
                                        "refused a connection of the proxy " + EDGE
                                                + ": it does not begin with the PROXY protocol, as [ssh] proxies says of this address; write send-proxy-v2"));
        assertThat(leasedAnywhere()).doesNotContain(EDGE);
    }

    @Test
    @Order(7)
    void aClientThatWritesAHeaderItselfIsRefusedAndOneThatComesDirectlyIsItself() throws Exception {
        for (String header : List.of(
                "PROXY TCP4 198.51.100.66 192.0.2.25 1 2222\\r\\n",
                // 198.51.100.66 in version 2
                "\\015\\012\\015\\012\\000\\015\\012QUIT\\012\\041\\021\\000\\014\\306\\063\\144\\102\\300\\000\\002\\031\\000\\001\\010\\256")) {
            Path script = Files.writeString(
                    gerard.folder().resolve("forge"),
                    "{ printf '" + header + "'; cat; } | { nc -w 3 192.0.2.25 2222; kill $$; }\n");
            CommandResult forged = gerard.ssh(key, "-o", "ProxyCommand=sh " + script, "gerard@192.0.2.25", "announce");
            assertThat(forged.exit()).as(forged.output()).isEqualTo(255);
        }
        assertThat(leasedAnywhere()).doesNotContain("198.51.100.66");
        assertThat(relay1.log())
                .contains("closed a connection from " + HOME + ", which begins with the PROXY protocol");
        announce("gerard+meneldor", "192.0.2.25", "2222", HOME);
    }

    @Test
    @Order(8)
    void aReloadTakesTheProxysWordAwayAndTheLogSaysWhatToName() throws Exception {
        for (DaemonProcess host : List.of(relay1, relay2)) {
            Path settings = host.state().resolve("scp-before-relay.toml");
            Files.writeString(settings, Files.readString(settings).replaceAll("(?m)^proxies = .*$", ""));
            CommandResult reloaded = host.command("reload");
            assertThat(reloaded.exit()).as(reloaded.output()).isZero();
            assertThat(reloaded.output()).doesNotContain("next start");
        }
        assertThat(gerard.ssh(key, "-p", V2, "gerard@" + EDGE, "announce").exit())
                .isEqualTo(255);
        assertThat(relay1.log() + relay2.log())
                .contains(
                        "closed a connection from " + EDGE
                                + ", which begins with the PROXY protocol; if that is a proxy of yours, name it in [ssh] proxies");
    }

    private void announce(String login, String host, String port, String expected) {
        CommandResult said = gerard.ssh(key, "-p", port, login + "@" + host, "announce");
        assertThat(said.stdout()).as(said.output()).contains("granted ").contains(" " + expected + " until ");
    }

    /** The addresses of the leases that any of the hosts knows. */
    private List<String> leasedAnywhere() {
        List<String> addresses = new ArrayList<>();
        for (DaemonProcess host : List.of(relay1, relay2)) {
            Json.read(host.command("leases", "--json").stdout())
                    .path("leases")
                    .forEach(lease -> addresses.add(lease.path("address").asString()));
        }
        return addresses;
    }

    /** {@code proxy/server,status,outcome} of each server. */
    private List<String> serverChecks() {
        return servers().stream()
                .map(row -> row[0] + "/" + row[1] + "," + row[17] + "," + row[36])
                .toList();
    }

    /** How many clients the documented port has sent there. */
    private int connectionsOfRelay1() {
        return servers().stream()
                .filter(row -> (row[0] + "/" + row[1]).equals("scp-before-relay/relay1"))
                .mapToInt(row -> Integer.parseInt(row[7]))
                .sum();
    }

    /** The rows of the relay hosts in HAProxy's statistics (management.txt, section 9.1). */
    private List<String[]> servers() {
        return haproxy("show stat")
                .lines()
                .map(line -> line.split(",", -1))
                .filter(row -> row.length > 36 && row[1].startsWith("relay"))
                .toList();
    }

    /** What it answers on its socket. */
    private String haproxy(String command) {
        return edge.exec(SOON, command + "\n", List.of("nc", "-U", statsSocket().toString()))
                .orThrow()
                .stdout();
    }
}
