package org.scpbeforerelay.daemon;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.StoreUrl;
import org.scpbeforerelay.console.metrics.Figures;
import org.scpbeforerelay.lookup.LookupListener;
import org.scpbeforerelay.quota.QuotaLedger;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.shared.Follower;
import org.scpbeforerelay.store.shared.FollowerThread;
import org.scpbeforerelay.store.shared.NodeName;
import org.scpbeforerelay.store.shared.RevocationFile;
import org.scpbeforerelay.store.shared.SharedQuotas;
import org.scpbeforerelay.store.shared.SharedStore;
import org.scpbeforerelay.store.shared.redis.RedisAddress;
import org.scpbeforerelay.store.shared.redis.RedisEngine;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The lease book that many relay hosts share, where {@code [store] url} names one. */
final class SharedBook {
    private final SharedStore store;
    private final Follower follower;

    private SharedBook(SharedStore store, Follower follower) {
        this.store = store;
        this.follower = follower;
    }

    /** Null where leases are kept on this host alone. */
    static @Nullable SharedBook of(
            Supplier<Settings> inForce, LeaseStore disk, Places places, Clock clock, Consumer<LeaseStore> begun)
            throws StoreException {
        Settings.Store settings = inForce.get().store();
        if (settings.isEmbedded()) {
            return null;
        }
        RedisEngine engine = new RedisEngine(address(settings.shared()));
        SharedStore store = new SharedStore(
                disk,
                new RevocationFile(places.dataDirectory().resolve("revocations")),
                NodeName.of(places.dataDirectory().resolve("node"), hostName()),
                engine.describe(),
                clock,
                switch (settings.whenAway()) {
                    case LOCAL -> SharedStore.WhenAway.LOCAL;
                    case REFUSE -> SharedStore.WhenAway.REFUSE;
                },
                () -> inForce.get().lease().maxTerm().ms());
        begun.accept(store);
        return new SharedBook(store, new Follower(store, engine, Version.text()));
    }

    /** Has users' limits hold for all hosts together, where there are others. */
    static void share(@Nullable SharedBook book, QuotaLedger ledger, LookupListener counter) {
        if (book != null) {
            book.store.share(new SharedQuotas(ledger, counter::hear));
        }
    }

    LeaseStore store() {
        return store;
    }

    /** Begins to follow what the other hosts say, where there are others. */
    static void follow(@Nullable SharedBook book, Registry registry, Consumer<AutoCloseable> begun) {
        if (book != null) {
            FollowerThread thread = new FollowerThread(
                    book.follower, news -> registry.follow(news).join());
            begun.accept(thread);
            thread.start();
        }
    }

    /** How it fares, for {@code status}. */
    static void describe(@Nullable SharedBook book, ObjectNode status, ArrayNode problems) {
        if (book != null) {
            book.describe(status, problems);
        }
    }

    private void describe(ObjectNode status, ArrayNode problems) {
        PoolStatus.describe(follower.reading(), status, problems);
        String problem = store.problem();
        if (problem != null) {
            problems.add(problem);
        }
    }

    /** Its figures, where there is one. */
    static void measure(@Nullable SharedBook book, Figures figures) {
        if (book != null) {
            PoolStatus.measure(book.follower.reading(), figures);
        }
    }

    private static RedisAddress address(StoreUrl url) {
        return new RedisAddress(
                url.hosts().stream()
                        .map(host -> new RedisAddress.Place(host.host(), host.port()))
                        .toList(),
                url.master(),
                url.tls(),
                url.authorities(),
                url.user(),
                url.password(),
                url.database());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "host";
        }
    }
}
