package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenSSH's clients behind a proxy that says for whom it calls, and all who only pretend to be one. */
@Tag("e2e")
final class ProxyDoorTest {
    private static final String PROXY = "127.0.0.5";
    private static final String CLIENT = "127.0.7.7";

    @TempDir
    Path folder;

    private final LoggedLines log = LoggedLines.of(ProxyLog.class);
    private EndpointRig rig;
    private @Nullable Balancer balancer;

    @BeforeEach
    void start() throws Exception {
        rig = new EndpointRig(folder, 60_000, 50, Duration.ofSeconds(20));
        rig.user("gerard", true, rig.makeKey("key"));
        rig.proxies(PROXY);
    }

    @AfterEach
    void stop() throws IOException {
        if (balancer != null) {
            balancer.close();
        }
        rig.close();
        log.close();
    }

    @ParameterizedTest
    @EnumSource(Balancer.Way.class)
    void theAddressThatTheProxySaysIsTheClientsInEitherVersionHoweverItArrives(Balancer.Way way) throws Exception {
        for (byte[] header :
                List.of(Balancer.line(CLIENT), Balancer.binary(CLIENT), Balancer.binary("::ffff:" + CLIENT))) {
            callThrough(PROXY, header, way);
            assertThat(rig.ssh("key", "gerard+gwaihir", "announce", CLIENT).out())
                    .startsWith("granted gerard/gwaihir " + CLIENT + " until ");
            assertThat(rig.scp("key", "gerard+landroval", "gwaihir-ip", CLIENT + "\n", ""))
                    .isEqualTo(new ProcessRun(0, "", ""));
            assertThat(rig.ssh("key", "gerard", "announce", "203.0.113.7").err())
                    .startsWith("refused address-not-yours you announced 203.0.113.7 but came from " + CLIENT);
        }
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void whereAKeyOrCertificateMayBeUsedIsWhereTheClientIs() throws Exception {
        String line = Files.readString(folder.resolve("key.pub")).strip();
        rig.user("gerard", true, "from=\"127.0.7.0/24\" " + line);
        assertThat(rig.ssh("key", "gerard", "announce").err()).startsWith("refused from-not-allowed ");
        callThrough(PROXY, Balancer.binary("127.0.8.8"), Balancer.Way.WHOLE);
        assertThat(rig.ssh("key", "gerard", "announce").err()).startsWith("refused from-not-allowed ");
        callThrough(PROXY, Balancer.binary(CLIENT), Balancer.Way.WHOLE);
        assertThat(rig.ssh("key", "gerard", "announce").status()).isZero();

        rig.trust(rig.makeKey("ca"));
        rig.makeKey("signed");
        ProcessRun signed = ProcessRun.of(
                folder,
                List.of(
                        "ssh-keygen",
                        "-q",
                        "-s",
                        "ca",
                        "-I",
                        "test",
                        "-n",
                        "gerard",
                        "-O",
                        "source-address=127.0.7.7/32",
                        "signed.pub"));
        assertThat(signed.status()).as(signed.err()).isZero();
        assertThat(rig.ssh("signed", "gerard", "announce").status()).isZero();
        callThrough(PROXY, Balancer.line("127.0.8.8"), Balancer.Way.WHOLE);
        assertThat(rig.ssh("signed", "gerard", "announce").status()).isEqualTo(255);
    }

    @Test
    void theHeaderOfWhoIsNoProxyIsNeverBelieved() throws Exception {
        for (byte[] header : List.of(Balancer.line(CLIENT), Balancer.binary(CLIENT))) {
            for (Balancer.Way way : Balancer.Way.values()) {
                callThrough("127.0.0.6", header, way);
                assertThat(rig.ssh("key", "gerard", "announce").status()).isEqualTo(255);
            }
        }
        assertThat(rig.registry.book().size()).isZero();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith(
                        "closed a connection from 127.0.0.6, which begins with the PROXY protocol; if that is a proxy");
        callThrough("127.0.0.6", new byte[0], Balancer.Way.WHOLE);
        assertThat(rig.ssh("key", "gerard", "announce", "127.0.0.6").status()).isZero();
    }

    @Test
    void pitfall7AProxyThatSaysNothingIsClosedAndTheLogHasTheRemedyOnceAMinute() throws Exception {
        callThrough(PROXY, new byte[0], Balancer.Way.WHOLE);
        for (int i = 0; i < 3; i++) {
            assertThat(rig.ssh("key", "gerard", "announce").status()).isEqualTo(255);
        }
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("refused a connection of the proxy 127.0.0.5: it does not begin with the PROXY protocol")
                .contains("write send-proxy-v2 on the proxy's server line");
        assertThat(rig.endpoint.statistics().failed()).isZero();
    }

    @Test
    void aProxyThatNeverBeginsIsClosedWhenTheLoginGraceIsOver() throws Exception {
        Path impatient = Files.createDirectory(folder.resolve("impatient"));
        try (EndpointRig other = new EndpointRig(impatient, 60_000, 50, Duration.ofSeconds(1))) {
            other.proxies(PROXY);
            try (Socket silent = Balancer.call(PROXY, other.port());
                    Socket slow = Balancer.call(PROXY, other.port())) {
                slow.getOutputStream().write("PROXY TCP4 127.".getBytes(StandardCharsets.US_ASCII));
                assertThat(untilClosed(silent)).startsWith("SSH-2.0-");
                untilClosed(slow);
            }
            assertThat(other.endpoint.statistics().failed()).isZero();
        }
        await().untilAsserted(() -> assertThat(log.lines())
                .singleElement()
                .asString()
                .contains(PROXY, "said nothing by the PROXY protocol within login_grace"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "50524f5859205443503420310d0a", // PROXY TCP4 1
                "0d0a0d0a000d0a515549540a3111000c7f0007077f00000100160016", // version 3
                "0d0a0d0a000d0a515549540a2112000c7f0007077f00000100160016", // UDP
                "0d0a0d0a000d0a515549540a2131ffff", // a unix socket, and too long
            })
    void aProxysWrongHeaderIsClosedAtOnce(String hex) throws Exception {
        try (Socket socket = Balancer.call(PROXY, rig.port())) {
            socket.getOutputStream().write(HexFormat.of().parseHex(hex));
            socket.getOutputStream().write("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII));
            untilClosed(socket);
        }
        assertThat(log.lines()).singleElement().asString().contains("its PROXY header is wrong: ");
        assertThat(rig.endpoint.statistics().failed()).isZero();
    }

    @Test
    void aCheckOfHealthIsGreetedAndNoClientAndNoNoise() throws Exception {
        byte[] local = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");
        byte[] unknown = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
        for (byte[] header : List.of(local, unknown, Balancer.line(PROXY), new byte[0])) {
            for (int i = 0; i < 20; i++) {
                try (Socket socket = Balancer.call(PROXY, rig.port())) {
                    socket.getOutputStream().write(header);
                    if (header.length > 0) {
                        assertThat(untilClosed(socket)).startsWith("SSH-2.0-");
                    }
                }
            }
        }
        callThrough(PROXY, Balancer.binary(CLIENT), Balancer.Way.WHOLE);
        assertThat(rig.ssh("key", "gerard", "announce", CLIENT).status()).isZero();
        assertThat(rig.endpoint.statistics().failed()).isZero();
        assertThat(rig.endpoint.statistics().turnedAway()).isZero();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void aProxysOwnCallCanNeverAnnounce() throws Exception {
        byte[] local = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2011000c7f0007077f00000100160016");
        for (byte[] header :
                List.of(local, "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII), Balancer.binary(PROXY))) {
            for (Balancer.Way way : Balancer.Way.values()) {
                callThrough(PROXY, header, way);
                assertThat(rig.ssh("key", "gerard", "announce").status()).isEqualTo(255);
            }
        }
        assertThat(rig.registry.book().size()).isZero();
    }

    @Test
    void aProxyCannotCallForAnotherProxy() throws Exception {
        rig.proxies(PROXY, "127.0.6.0/24");
        callThrough(PROXY, Balancer.binary("127.0.6.6"), Balancer.Way.WHOLE);
        assertThat(rig.ssh("key", "gerard", "announce").status()).isEqualTo(255);
        assertThat(log.lines()).singleElement().asString().contains("call for 127.0.6.6", "accept-proxy");
    }

    @Test
    void theLimitOfOneAddressIsTheClientsAndNotTheProxys() throws Exception {
        List<Socket> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                Socket stranger = Balancer.call(PROXY, rig.port());
                strangers.add(stranger);
                stranger.getOutputStream().write(Balancer.line(CLIENT));
            }
            callThrough(PROXY, Balancer.binary(CLIENT), Balancer.Way.WHOLE);
            await().until(() -> rig.ssh("key", "gerard", "help").status() == 255);
            callThrough(PROXY, Balancer.binary("127.0.8.8"), Balancer.Way.WHOLE);
            assertThat(rig.ssh("key", "gerard", "help").status()).isZero();
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
        // Those who went without a proof are failures of the client's address.
        await().until(() -> rig.endpoint.statistics().failed() == 5);
        callThrough(PROXY, Balancer.binary(CLIENT), Balancer.Way.WHOLE);
        assertThat(rig.ssh("key", "gerard", "help").status()).isZero();
    }

    @Test
    void aReloadTakesTheWordOfAProxyAwayAtOnceAndFromItsOpenConnectionsToo() throws Exception {
        callThrough(PROXY, Balancer.binary(CLIENT), Balancer.Way.WHOLE);
        Process held = new ProcessBuilder(rig.sshCommand("key", "gerard+gwaihir", "-N"))
                .redirectError(folder.resolve("held.err").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(10)).until(() -> rig.lease("gerard", "gwaihir") != null);
            rig.proxies("127.0.0.4");
            assertThat(held.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(folder.resolve("held.err"))).contains("the proxies in front of this host");
        } finally {
            held.destroyForcibly();
        }
        assertThat(rig.ssh("key", "gerard", "announce").status()).isEqualTo(255);
        rig.proxies(PROXY);
        assertThat(rig.ssh("key", "gerard", "announce").status()).isZero();
    }

    private void callThrough(String own, byte[] header, Balancer.Way way) throws IOException {
        if (balancer != null) {
            balancer.close();
        }
        Balancer next = new Balancer(own, rig.port(), header, way);
        balancer = next;
        rig.callOn(next.port());
    }

    /** All that the endpoint says until it closes. */
    private static String untilClosed(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            return ""; // reset is an end too
        }
    }
}
