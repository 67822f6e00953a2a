package org.scpbeforerelay.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;
import org.scpbeforerelay.store.shared.SharedStore.WhenAway;
import org.scpbeforerelay.store.shared.redis.RedisAddress;

/** Hosts whose wall clocks are wrong, on a real Redis: none permits beyond the end by the engine's clock and the bound, and each says so. */
@Tag("e2e")
final class SkewedClocksTest {
    private static final long BOUND_MS = 2_000;
    private static final long TERM_MS = 6_000;
    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    private final Map<Long, PoolHost> byOffset = new HashMap<>();
    private final Map<Long, Shifted> clocks = new HashMap<>();
    private final List<AutoCloseable> begun = new ArrayList<>();
    private RedisAddress address = new RedisAddress(List.of(), null, false, null, null, null, 0);

    /** The machine's clocks, the wall clock off by so much. */
    private static final class Shifted implements Clock {
        private final Clock machine = new SystemClock();
        private volatile long offMs;

        Shifted(long offMs) {
            this.offMs = offMs;
        }

        @Override
        public Moment now() {
            Moment now = machine.now();
            return new Moment(now.wallMs() + offMs, now.monotonicMs());
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

    @BeforeEach
    void begin() throws Exception {
        RedisServer redis = RedisServer.start(Files.createDirectory(folder.resolve("redis")));
        begun.add(redis);
        address = new RedisAddress(
                List.of(new RedisAddress.Place("127.0.0.1", redis.port())), null, false, null, null, null, 0);
        for (long offMs : new long[] {0, -1_900, 1_900, -9_000, 9_000}) {
            Shifted clock = new Shifted(offMs);
            clocks.put(offMs, clock);
            Path own = Files.createDirectory(folder.resolve("host" + offMs));
            Map<UserName, Allowance> users = new HashMap<>();
            for (String name : List.of("gerard", "sam")) {
                users.put(new UserName(name), Allowance.plain(new UserName(name), TERM_MS));
            }
            PoolHost host = new PoolHost(
                    own,
                    "host" + offMs,
                    address,
                    clock,
                    WhenAway.LOCAL,
                    SqliteLeaseStore.open(own.resolve("leases.db")),
                    new Roster(users, Set.of(), null));
            byOffset.put(offMs, host);
            begun.add(host);
        }
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable one : begun.reversed()) {
            one.close();
        }
    }

    private PoolHost host(long offMs) {
        return java.util.Objects.requireNonNull(byOffset.get(offMs));
    }

    /** When each host permitted last until it was surely over, by the machine's clock, which is the engine's; 0 for never. */
    private Map<Long, Long> lastPermits(String client, long untilMs) {
        Map<Long, Long> last = new HashMap<>();
        while (System.currentTimeMillis() < untilMs) {
            byOffset.forEach((offMs, host) -> {
                long beforeMs = System.currentTimeMillis();
                last.merge(offMs, host.permits(client) ? beforeMs : 0, Math::max);
            });
            LockSupport.parkNanos(5_000_000);
        }
        return last;
    }

    @Test
    void noHostPermitsBeyondTheEndByTheEnginesClockAndTheBound() throws Exception {
        long grantedMs = System.currentTimeMillis();
        assertThat(host(0).announced("gerard/gwaihir", "85.214.1.1")).isInstanceOf(Verdict.Granted.class);
        long endMs = System.currentTimeMillis() + TERM_MS;
        await().atMost(Duration.ofSeconds(3))
                .until(() -> host(-1_900L).permits("85.214.1.1") && host(1_900L).permits("85.214.1.1"));
        // One that believed it is set back meanwhile.
        java.util.Objects.requireNonNull(clocks.get(-1_900L)).offMs = -60_000;
        Map<Long, Long> last = lastPermits("85.214.1.1", endMs + BOUND_MS + 1_000);
        assertThat(last.get(0L)).isBetween(grantedMs + TERM_MS - 1_000, endMs + BOUND_MS);
        assertThat(last.get(1_900L)).isBetween(grantedMs, endMs + BOUND_MS);
        assertThat(last.get(-1_900L)).isBetween(grantedMs, endMs + BOUND_MS);
        assertThat(last.get(9_000L)).as("far ahead: believes none").isZero();
        assertThat(last.get(-9_000L)).as("far behind: believes none").isZero();
    }

    @Test
    void aHostWhoseClockIsWrongSaysSoAndComesBackWhenItIsSet() throws Exception {
        for (long offMs : new long[] {-9_000, 9_000}) {
            PoolHost host = host(offMs);
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(host.follower().reading().isTrusted()).isFalse();
                assertThat(host.follower().reading().aheadMs()).isBetween(offMs - 1_000, offMs + 1_000);
                assertThat(host.store().problem())
                        .contains(offMs > 0 ? "s ahead of the shared store's" : "s behind the shared store's")
                        .contains("chrony");
            });
        }
        assertThat(host(1_900).follower().reading().isTrusted()).isTrue();
        assertThat(host(1_900).store().problem()).isNull();

        java.util.Objects.requireNonNull(clocks.get(9_000L)).offMs = 0;
        await().atMost(SOON).until(() -> host(9_000).follower().reading().isTrusted());
        assertThat(host(9_000).store().problem()).isNull();
        assertThat(host(0).announced("gerard/gwaihir", "85.214.1.2")).isInstanceOf(Verdict.Granted.class);
        await().atMost(Duration.ofSeconds(3)).until(() -> host(9_000).permits("85.214.1.2"));
    }

    @Test
    void whatAHostGrantsByAWrongClockLastsNoLongerAtItAndAtOthersThanItsTerm() throws Exception {
        for (long offMs : new long[] {-9_000, 9_000}) {
            await().atMost(SOON).until(() -> !host(offMs).follower().reading().isTrusted());
        }
        assertThat(host(9_000).announced("gerard/gwaihir", "85.214.1.3"))
                .isInstanceOfSatisfying(
                        Verdict.Granted.class,
                        granted -> assertThat(granted.notes())
                                .anySatisfy(note -> assertThat(note).contains("at this relay host alone")));
        assertThat(host(-9_000).announced("sam/landroval", "85.214.1.4")).isInstanceOf(Verdict.Granted.class);
        long endMs = System.currentTimeMillis() + TERM_MS;
        assertThat(host(0).permits("85.214.1.3")).isFalse();
        // Set right, it tells the others what it has granted: by what is left of it, not by the end it wrote then.
        java.util.Objects.requireNonNull(clocks.get(9_000L)).offMs = 0;
        Map<Long, Long> last = lastPermits("85.214.1.3", endMs + BOUND_MS + 1_000);
        assertThat(last.values()).allSatisfy(ms -> assertThat(ms).isLessThanOrEqualTo(endMs + BOUND_MS));
        byOffset.values().forEach(host -> assertThat(host.permits("85.214.1.4")).isFalse());
    }
}
