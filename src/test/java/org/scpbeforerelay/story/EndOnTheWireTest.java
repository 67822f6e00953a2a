package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.source.ssh.AnnouncingClient;
import org.scpbeforerelay.source.ssh.AnnouncingClient.Copy;

/**
 * The first lookup at or after a lease's end says no, on the real process: with the sweep stopped, with the process stopped over
 * the end, with the clock stepped either way.
 */
@Tag("e2e")
final class EndOnTheWireTest {
    private static final long MINUTE = 60_000;
    private static final String ADDRESS = "127.3.2.1";

    @TempDir
    Path folder;

    private KeyPair key;

    @BeforeEach
    void makeKey() throws Exception {
        key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
    }

    /** A daemon whose clock the test sets, and a lease of twenty minutes on {@link #ADDRESS}. */
    private final class Scene implements AutoCloseable {
        final Path file = folder.resolve("clock");
        final ClockFile clock = new ClockFile(file);
        final LocalDaemon daemon;
        final MailServer mailServer;
        final long expiresAtMs;

        Scene() throws IOException {
            clock.set(new Moment(Instant.parse("2026-11-22T12:00:00.250Z").toEpochMilli(), 5_000_000));
            daemon = new LocalDaemon(folder, file);
            daemon.user("gerard", key, "");
            daemon.start();
            mailServer = new MailServer(daemon.lookup());
            announce(daemon, "gerard", ADDRESS);
            expiresAtMs = expiresAtMs(daemon, ADDRESS);
            assertPermitted(true);
        }

        void assertPermitted(boolean permitted) throws IOException {
            assertThat(mailServer.permitsByMap(ADDRESS)).as("by socketmap").isEqualTo(permitted);
            assertThat(mailServer.permitsByPolicy(ADDRESS)).as("by policy").isEqualTo(permitted);
        }

        @Override
        public void close() throws IOException {
            mailServer.close();
            daemon.close();
        }
    }

    @Test
    void pitfall18TheSweepIsStoppedAndTheEndIsTheEndToTheMillisecond() throws Exception {
        try (Scene scene = new Scene()) {
            Files.createFile(ClockedServe.sweepStopped(scene.file));
            scene.clock.pass(scene.expiresAtMs - 1 - scene.clock.now().wallMs());
            scene.assertPermitted(true);
            scene.clock.pass(1);
            scene.assertPermitted(false);
            assertThat(scene.daemon.command("leases", "--all", "--json").out())
                    .as("the sweep has not been there")
                    .contains(ADDRESS)
                    .contains("\"active\":false");
            assertThat(scene.daemon.leases()).isEmpty();
            assertThat(scene.daemon.command("lookup", ADDRESS).exit()).isEqualTo(1);
        }
    }

    @Test
    void pitfall21AWallClockSteppedBackDoesNotLengthenTheLease() throws Exception {
        try (Scene scene = new Scene()) {
            Files.createFile(ClockedServe.sweepStopped(scene.file));
            Moment granted = scene.clock.now();
            scene.clock.set(new Moment(granted.wallMs() - 60 * MINUTE, granted.monotonicMs() + 20 * MINUTE - 1));
            scene.assertPermitted(true);
            scene.clock.set(new Moment(granted.wallMs() - 60 * MINUTE, granted.monotonicMs() + 20 * MINUTE));
            scene.assertPermitted(false);
        }
    }

    @Test
    void pitfall21AWallClockSteppedForwardEndsTheLeaseAtOnce() throws Exception {
        try (Scene scene = new Scene()) {
            Files.createFile(ClockedServe.sweepStopped(scene.file));
            Moment granted = scene.clock.now();
            scene.clock.set(new Moment(scene.expiresAtMs, granted.monotonicMs() + 1));
            scene.assertPermitted(false);
        }
    }

    @Test
    void pitfall23AProcessStoppedOverTheEndSaysNoToTheFirstQuestionAlsoToOneThatWaited() throws Exception {
        try (LocalDaemon daemon = new LocalDaemon(folder)) {
            daemon.user("gerard", key, "term = \"3s\"\n");
            daemon.start();
            try (MailServer mailServer = new MailServer(daemon.lookup())) {
                announce(daemon, "gerard", ADDRESS);
                long expiresAtMs = expiresAtMs(daemon, ADDRESS);
                assertThat(mailServer.permitsByMap(ADDRESS)).isTrue();
                daemon.stopAll();
                assertThat(System.currentTimeMillis()).isLessThan(expiresAtMs);
                mailServer.askMap(ADDRESS);
                waitUntil(expiresAtMs);
                mailServer.askPolicy(ADDRESS);
                daemon.signal("CONT");
                assertThat(mailServer.answerOfPolicy())
                        .as("asked after the end")
                        .isFalse();
                assertThat(mailServer.answerOfMap())
                        .as("asked before, answered after")
                        .isFalse();
            } finally {
                daemon.signal("CONT");
            }
        }
    }

    @Test
    void pitfall23StoppedAtRandomInstantsNoQuestionFromTheEndOnIsAnsweredYes() throws Exception {
        long seed = Long.getLong("stop.seed", System.nanoTime());
        Random random = new Random(seed);
        try (LocalDaemon daemon = new LocalDaemon(folder)) {
            daemon.user("gerard", key, "term = \"1s\"\ndevices = 100\n");
            daemon.start();
            Map<String, Long> ends = new ConcurrentHashMap<>();
            List<Asked> asked = new ArrayList<>();
            try (var executor = Executors.newFixedThreadPool(3)) {
                List<Future<List<Asked>>> askers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    askers.add(executor.submit(() -> askUntilAllIsOver(daemon, ends)));
                }
                for (int round = 0; round < 6; round++) {
                    for (int i = 0; i < 4; i++) {
                        String address = "127.4." + round + "." + (1 + i);
                        assertThat(daemon.command("grant", "gerard/d" + i, address, "--term", "1s")
                                        .exit())
                                .isZero();
                        ends.put(address, expiresAtMs(daemon, address));
                    }
                    LockSupport.parkNanos(random.nextLong(900_000_000));
                    daemon.stopAll();
                    LockSupport.parkNanos(random.nextLong(600_000_000));
                    daemon.signal("CONT");
                }
                ends.put("over", 0L);
                for (Future<List<Asked>> asker : askers) {
                    asked.addAll(asker.get());
                }
            }
            assertThat(asked)
                    .as("-Dstop.seed=%d", seed)
                    .hasSizeGreaterThan(1000)
                    .noneMatch(one -> one.permitted && one.askedAtMs >= one.endMs)
                    .anyMatch(one -> one.permitted)
                    .anyMatch(one -> !one.permitted && one.askedAtMs < one.endMs + 300);
        }
    }

    /** One question: when it was sent, when the lease's end is, and what was said. */
    private record Asked(String address, long askedAtMs, long endMs, boolean permitted) {}

    private static List<Asked> askUntilAllIsOver(LocalDaemon daemon, Map<String, Long> ends) throws IOException {
        List<Asked> asked = new ArrayList<>();
        try (MailServer mailServer = new MailServer(daemon.lookup())) {
            while (!ends.containsKey("over")) {
                for (String address : List.copyOf(ends.keySet())) {
                    long nowMs = System.currentTimeMillis();
                    Long end = ends.get(address);
                    if (end != null && nowMs < end + 1000 && !address.equals("over")) {
                        asked.add(new Asked(address, nowMs, end, mailServer.permitsByMap(address)));
                    }
                }
                LockSupport.parkNanos(200_000);
            }
        }
        return asked;
    }

    private void announce(LocalDaemon daemon, String user, String address) throws IOException {
        try (AnnouncingClient client = new AnnouncingClient(daemon.ssh(), key)) {
            assertThat(client.scp(user, "gwaihir-ip", address + " 0\n", new InetSocketAddress(address, 0)))
                    .isEqualTo(new Copy(0, ""));
        }
    }

    private static long expiresAtMs(LocalDaemon daemon, String address) {
        return daemon.leases().stream()
                .filter(lease -> lease.path("address").asString().equals(address))
                .map(lease -> Instant.parse(lease.path("expires_at").asString()).toEpochMilli())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no lease on " + address));
    }

    private static void waitUntil(long wallMs) {
        while (System.currentTimeMillis() < wallMs) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
