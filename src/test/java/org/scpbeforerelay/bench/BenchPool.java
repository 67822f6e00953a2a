package org.scpbeforerelay.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.pool.PoolHost;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;
import org.scpbeforerelay.store.shared.SharedStore.WhenAway;
import org.scpbeforerelay.store.shared.redis.RedisAddress;

/** A Redis of Debian's, which keeps an append-only file as the manual wants it, and relay hosts on it, below SSH. */
final class BenchPool implements AutoCloseable {
    private static final int DEVICES_EACH = Allowance.DEVICES_DEFAULT;

    /** Prime to all numbers of devices here. */
    private static final long STRIDE = 7_368_787;

    private final TemporaryFolder folder;
    private final RedisServer redis;
    private final List<PoolHost> hosts = new ArrayList<>();

    /** Hosts that know users enough for so many devices. */
    BenchPool(int count, int devices) throws IOException {
        folder = TemporaryFolder.make();
        redis = RedisServer.start(
                Files.createDirectory(folder.path().resolve("redis")),
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec");
        for (int i = 0; i < count; i++) {
            hosts.add(host(newFolder("host" + i), "host" + i, redis.port(), devices));
        }
    }

    /** One host. */
    static PoolHost host(Path state, String name, int redisPort, int devices) throws IOException {
        try {
            return new PoolHost(
                    state,
                    name,
                    address("127.0.0.1", redisPort),
                    new SystemClock(),
                    WhenAway.LOCAL,
                    SqliteLeaseStore.open(state.resolve("leases.db")),
                    PoolHost.roster(devices / DEVICES_EACH + 1));
        } catch (StoreException e) {
            throw new IOException(e);
        }
    }

    static RedisAddress address(RedisServer redis) {
        return address(redis.address(), redis.port());
    }

    private static RedisAddress address(String host, int port) {
        return new RedisAddress(List.of(new RedisAddress.Place(host, port)), null, false, null, null, null, 0);
    }

    /** The device with this number. */
    static String device(int number) {
        return "user" + number / DEVICES_EACH + "/d" + number % DEVICES_EACH;
    }

    /** Which of so many devices announces as the one with this number: in no order, the next is far away, and all do before any does again. */
    static int turn(long number, int devices) {
        return (int) (number * STRIDE % devices);
    }

    /** A public address for each number below 100 million. */
    static ClientAddress address(int number) {
        return ClientAddress.ofIpv4(0x0b000001 + number);
    }

    Path newFolder(String name) throws IOException {
        return Files.createDirectory(folder.path().resolve(name));
    }

    PoolHost host(int number) {
        return hosts.get(number);
    }

    RedisServer redis() {
        return redis;
    }

    /** What Redis says that it has taken, in MiB. */
    double redisMiB() {
        return redis.said("INFO", "memory")
                        .lines()
                        .filter(line -> line.startsWith("used_memory:"))
                        .mapToLong(line -> Long.parseLong(line.substring("used_memory:".length())))
                        .sum()
                / 1024.0
                / 1024;
    }

    @Override
    public void close() throws IOException {
        hosts.forEach(PoolHost::close);
        redis.close();
        folder.close();
    }
}
