package org.scpbeforerelay.pool;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.RegistryThread;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;
import org.scpbeforerelay.store.shared.Follower;
import org.scpbeforerelay.store.shared.FollowerThread;
import org.scpbeforerelay.store.shared.RevocationFile;
import org.scpbeforerelay.store.shared.SharedStore;
import org.scpbeforerelay.store.shared.redis.RedisAddress;
import org.scpbeforerelay.store.shared.redis.RedisEngine;

/** One relay host below SSH, as the daemon puts it together: registry, SQLite, Redis, and their threads. */
public final class PoolHost implements AutoCloseable {
    private static final int USERS = 200;
    private static final LeaseTerms TERMS = new LeaseTerms(3_600_000, 60_000, List.of(), Set.of());

    private final SharedStore store;
    private final Follower follower;
    private final Registry registry;
    private final RegistryThread writer;
    private final FollowerThread reader;

    public PoolHost(Path folder, String name, RedisAddress redis, Clock clock, SharedStore.WhenAway whenAway)
            throws StoreException {
        this(folder, name, redis, clock, whenAway, SqliteLeaseStore.open(folder.resolve("leases.db")), roster(USERS));
    }

    /** With another disk, and users. */
    public PoolHost(
            Path folder,
            String name,
            RedisAddress redis,
            Clock clock,
            SharedStore.WhenAway whenAway,
            LeaseStore disk,
            Roster roster)
            throws StoreException {
        RedisEngine engine = new RedisEngine(redis);
        store = new SharedStore(
                disk,
                new RevocationFile(folder.resolve("revocations")),
                name,
                engine.describe(),
                clock,
                whenAway,
                TERMS::maxTermMs);
        follower = new Follower(store, engine);
        registry = new Registry(store, clock, roster, TERMS);
        registry.open();
        writer = new RegistryThread(registry);
        writer.start();
        reader = new FollowerThread(follower, news -> registry.follow(news).join());
        reader.start();
    }

    public static Roster roster(int users) {
        Map<UserName, Allowance> allowances = new HashMap<>();
        for (int i = 0; i < users; i++) {
            UserName name = new UserName("user" + i);
            allowances.put(name, Allowance.plain(name, 1_200_000));
        }
        return new Roster(allowances, Set.of(), null);
    }

    public Registry registry() {
        return registry;
    }

    public SharedStore store() {
        return store;
    }

    public Follower follower() {
        return follower;
    }

    /** An announcement of a user's device at this host, from the address itself. */
    public CompletableFuture<Verdict> announce(String principal, ClientAddress address) {
        return registry.announce(new Announcement(
                Principal.parse(principal),
                LeaseSource.SSH,
                "",
                address,
                List.of(Claim.OWN),
                Announcement.Hold.NONE,
                0,
                Announcement.NO_BOUND,
                Announcement.NOW));
    }

    public Verdict announced(String principal, String address) throws Exception {
        return announce(principal, ClientAddress.parse(address)).get(20, TimeUnit.SECONDS);
    }

    public boolean permits(ClientAddress address) {
        return registry.decide(RelayQuestion.byAddressAlone(address)) instanceof RelayDecision.Permitted;
    }

    public boolean permits(String address) {
        return permits(ClientAddress.tryParse(address).orElseThrow());
    }

    @Override
    public void close() {
        reader.close();
        writer.close();
        store.close();
    }
}
