package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.SettableClock;

/** How many strangers may stand at the door, and for how long. */
@Tag("e2e")
final class DoorkeeperTest {
    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();

    @Test
    void moreThanATenthOfTheStrangersFromOneAddressAreTurnedAwayAndPlacesAreFreedAgain() throws Exception {
        try (EndpointRig rig = rig(50, 1000, 100)) {
            rig.user("gerard", true, rig.makeKey("key"));
            List<Socket> strangers = strangers(rig, 5);
            try (Socket tooMany = new Socket("127.0.0.1", rig.port())) {
                assertThat(greeting(tooMany)).isEmpty();
            }
            strangers.removeLast().close();
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> rig.ssh("key", "gerard", "help").status() == 0);
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void whoHasStoodThereForSomeSecondsGivesWayToANewcomer() throws Exception {
        try (EndpointRig rig = rig(50, 3, 100)) {
            rig.user("gerard", true, rig.makeKey("key"));
            List<Socket> strangers = strangers(rig, 5);
            assertThat(rig.ssh("key", "gerard", "help").status()).isEqualTo(255);
            clock.passMs(WaitingRoom.FAIR_MS);
            for (int i = 0; i < 4; i++) {
                assertThat(rig.ssh("key", "gerard", "help").status()).isZero();
            }
            assertThat(strangers.getFirst().getInputStream().read()).isNegative();
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    private List<Socket> strangers(EndpointRig rig, int count) throws IOException {
        List<Socket> strangers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            strangers.add(new Socket("127.0.0.1", rig.port()));
            assertThat(greeting(strangers.getLast())).startsWith("SSH-2.0-OpenSSH");
        }
        return strangers;
    }

    /** Who looks whether the port is open may share its address with somebody who has a key. */
    @Test
    void aConnectionThatAsksForNothingIsNoFailedLogin() throws Exception {
        try (EndpointRig rig = rig(200, 3, 100)) {
            rig.user("gerard", true, rig.makeKey("key"));
            for (int i = 0; i < 5; i++) {
                try (Socket looking = new Socket("127.0.0.1", rig.port())) {
                    assertThat(greeting(looking)).startsWith("SSH-2.0-");
                }
            }
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> rig.endpoint.statistics().failed() == 5);
            assertThat(rig.ssh("key", "gerard", "help").status()).isZero();
        }
    }

    @Test
    void anAddressWhoseKeyExchangesProveNothingIsTurnedAway() throws Exception {
        try (EndpointRig rig = rig(200, 3, 100)) {
            rig.user("gerard", true, rig.makeKey("key"));
            rig.makeKey("wrong");
            for (int i = 0; i < 3; i++) {
                assertThat(rig.ssh("wrong", "gerard", "help").err()).contains("Permission denied");
            }
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> rig.endpoint.statistics().failed() == 3);
            try (Socket turnedAway = new Socket("127.0.0.1", rig.port())) {
                assertThat(greeting(turnedAway)).isEmpty();
            }
        }
    }

    @Test
    void theConnectionsOfAUserAreCountedUnderAllItsLoginNames() throws Exception {
        try (EndpointRig rig = rig(200, 1000, 2);
                StubbornClient client =
                        new StubbornClient(rig.endpoint.boundAddresses().getFirst())) {
            KeyPair key = AnnouncingClient.makeKey();
            rig.user("gerard", true, AnnouncingClient.line(key), rig.makeKey("key"));
            rig.user("frodo", true, rig.makeKey("other"));
            StubbornClient.Line first = client.connect("gerard+a", key);
            client.connect("gerard+b", key);
            assertThat(rig.ssh("key", "gerard+c", "help").err()).contains("Too many concurrent connections");
            assertThat(rig.ssh("other", "frodo", "help").status()).isZero();
            first.close(true);
            await().atMost(Duration.ofSeconds(5)).until(() -> rig.endpoint.connectionCount() == 1);
            assertThat(rig.ssh("key", "gerard+c", "help").status()).isZero();
        }
    }

    private EndpointRig rig(int maxUnauthenticated, int maxFailedLoginsPerMinute, int maxConnectionsPerUser)
            throws Exception {
        EndpointRig.Limits limits = new EndpointRig.Limits(
                maxUnauthenticated, Duration.ofSeconds(20), maxFailedLoginsPerMinute, maxConnectionsPerUser);
        return new EndpointRig(folder, 60_000, limits, clock);
    }

    @Test
    void whoDoesNotProveItselfInTimeIsClosed() throws Exception {
        try (EndpointRig rig = new EndpointRig(folder, 60_000, 50, Duration.ofSeconds(1));
                Socket stranger = new Socket("127.0.0.1", rig.port())) {
            assertThat(greeting(stranger)).startsWith("SSH-2.0-");
            stranger.setSoTimeout(8000);
            long startMs = rig.registry.now().monotonicMs();
            while (true) {
                try {
                    if (stranger.getInputStream().read() < 0) {
                        break;
                    }
                } catch (SocketException e) {
                    break; // reset is an end too
                }
            }
            assertThat(rig.registry.now().monotonicMs() - startMs).isBetween(500L, 6000L);
        }
    }

    @Test
    void theAttemptsOfAConnectionAreCounted() throws Exception {
        try (EndpointRig rig = new EndpointRig(folder)) {
            rig.user("gerard", true, rig.makeKey("key"));
            List<String> flags = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                rig.makeKey("wrong" + i);
                flags.add("-oIdentityFile=" + folder.resolve("wrong" + i));
            }
            ProcessRun run = rig.ssh("wrong0", "gerard", flags.toArray(String[]::new));
            assertThat(run.status()).isEqualTo(255);
            assertThat(run.err()).containsIgnoringCase("too many");
        }
    }

    /** PITFALLS 38. */
    @Test
    void garbageOnThePortIsNobodysTrouble() throws Exception {
        try (EndpointRig rig = new EndpointRig(folder)) {
            rig.user("gerard", true, rig.makeKey("key"));
            for (String garbage :
                    List.of("GET / HTTP/1.1\r\n\r\n", "\0".repeat(5000), "SSH-1.5-old\r\n", "x".repeat(100_000))) {
                try (Socket socket = new Socket("127.0.0.1", rig.port())) {
                    socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
                } catch (SocketException e) {
                    // Closed while we were still talking: as it should be.
                }
            }
            assertThat(rig.ssh("key", "gerard", "help").status()).isZero();
        }
    }

    /** What the server says first; empty when it closes. */
    private static String greeting(Socket socket) throws IOException {
        socket.setSoTimeout(5000);
        try {
            byte[] bytes = new byte[64];
            int length = socket.getInputStream().read(bytes);
            return length < 0 ? "" : new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            return "";
        }
    }
}
