package org.scpbeforerelay.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.LeaseStoreContract;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;
import org.scpbeforerelay.store.shared.Follower;
import org.scpbeforerelay.store.shared.LogEngine;
import org.scpbeforerelay.store.shared.RevocationFile;
import org.scpbeforerelay.store.shared.SharedStore;
import org.scpbeforerelay.store.shared.redis.RedisAddress;
import org.scpbeforerelay.store.shared.redis.RedisEngine;

/** The shared store keeps what every store promises, with a real Redis and with the log's own order of things. */
@Tag("e2e")
final class RedisLeaseStoreTest extends LeaseStoreContract {
    @TempDir
    static Path redisFolder;

    private boolean firstTime = true;
    private static RedisServer redis = emptySeat();

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway") // filled before the first test
    private static RedisServer emptySeat() {
        return null;
    }

    @BeforeAll
    static void begin() {
        redis = RedisServer.start(redisFolder);
    }

    @AfterAll
    static void end() {
        redis.close();
    }

    @Override
    protected LeaseStore openStore() throws StoreException {
        if (firstTime) {
            redis.ask("FLUSHALL");
            firstTime = false;
        }
        return open(folder, "relay1");
    }

    private static SharedStore open(Path folder, String name) throws StoreException {
        // Between the grants and the ends of the contract's leases; the engine's own clock is shifted to it.
        Clock clock = new Clock() {
            @Override
            public Moment now() {
                return new Moment(1_795_000_700_000L, 86_398_900_000L);
            }

            @Override
            public String bootId() {
                return "boot-1";
            }

            @Override
            public boolean isSynchronised() {
                return true;
            }
        };
        LogEngine engine = new ShiftedEngine(
                new RedisEngine(address()),
                System.currentTimeMillis() - clock.now().wallMs());
        SharedStore store = new SharedStore(
                SqliteLeaseStore.open(folder.resolve(name + ".db")),
                new RevocationFile(folder.resolve(name + ".revocations")),
                name,
                engine.describe(),
                clock,
                SharedStore.WhenAway.LOCAL,
                () -> 86_400_000L);
        Follower follower = new Follower(store, engine);
        assertThat(follower.lost()).isZero();
        List<LeaseStore.Recorded> there = new ArrayList<>();
        store.load(there::add); // as every start does; it connects
        assertThat(store.problem()).isNull();
        return store;
    }

    private static RedisAddress address() {
        return new RedisAddress(
                List.of(new RedisAddress.Place("127.0.0.1", redis.port())), null, false, null, null, null, 0);
    }

    @Test
    void whatOneHostCommittedIsInTheLogForAnother() throws StoreException {
        Lease four = lease("gerard/gwaihir", "203.0.113.7");
        Lease six = lease("gerard/gwaihir", "2001:db8::7");
        store.commit(puts(List.of(four, six)), BOOT);
        store.commit(List.of(new LeaseChange.Remove(six.key())), BOOT);

        try (SharedStore other = open(folder, "relay2")) {
            List<LeaseStore.Recorded> there = new ArrayList<>();
            other.load(there::add);
            assertThat(there).singleElement().satisfies(one -> {
                assertThat(one.lease().key()).isEqualTo(four.key());
                assertThat(one.lease().address()).isEqualTo(four.address());
                assertThat(one.lease().proof()).isEqualTo(four.proof());
                assertThat(one.lease().expiresAtMs()).isEqualTo(four.expiresAtMs() - 2_000);
            });
        }
    }

    @Test
    void whatAHostReadAtItsStartIsOnItsDiskWhenItEnds() throws StoreException {
        Lease lease = lease("gerard/gwaihir", "203.0.113.7");
        store.commit(puts(List.of(lease)), BOOT);
        open(folder, "relay3").close();

        try (LeaseStore disk = SqliteLeaseStore.open(folder.resolve("relay3.db"))) {
            List<LeaseStore.Recorded> there = new ArrayList<>();
            disk.load(there::add);
            assertThat(there)
                    .singleElement()
                    .satisfies(one -> assertThat(one.lease().address()).isEqualTo(lease.address()));
        }
    }

    @Test
    void withoutTheEngineItIsStillAStore() throws StoreException {
        Lease lease = lease("gerard/gwaihir", "203.0.113.7");
        redis.kill();
        try {
            store.commit(puts(List.of(lease)), BOOT);
            assertThat(store.caveat()).contains("at this relay host alone");
            assertThat(loaded()).containsExactly(new LeaseStore.Recorded(lease, BOOT));
            assertThat(store.describe()).contains("away");
        } finally {
            redis.startAgain();
        }
    }
}
