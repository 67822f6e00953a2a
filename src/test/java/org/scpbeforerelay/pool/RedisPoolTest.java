package org.scpbeforerelay.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.registry.WatchedStore;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;
import org.scpbeforerelay.store.shared.SharedStore.WhenAway;
import org.scpbeforerelay.store.shared.redis.RedisAddress;

/** Three relay hosts on a real Redis, with a replica and Sentinels where one is lost. */
@Tag("e2e")
final class RedisPoolTest {
    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    private final List<AutoCloseable> begun = new ArrayList<>();
    private final List<PoolHost> hosts = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (PoolHost host : hosts) {
            host.close();
        }
        for (AutoCloseable one : begun.reversed()) {
            one.close();
        }
    }

    @Test
    void whatIsSaidAtOneHostCountsAtAll() throws Exception {
        RedisServer redis = redis("redis");
        startHosts(at(redis), WhenAway.LOCAL);

        assertThat(hosts.get(0).announced("user1/gwaihir", "85.214.1.1")).isInstanceOf(Verdict.Granted.class);
        awaitEverywhere("85.214.1.1", true);
        assertThat(hosts.get(1).announced("user1/gwaihir", "85.214.1.2")).isInstanceOf(Verdict.Granted.class);
        awaitEverywhere("85.214.1.2", true);
        awaitEverywhere("85.214.1.1", false);
        Revocation revocation = hosts.get(2)
                .registry()
                .revoke(Selection.parse("user1"), "by the test")
                .get(10, TimeUnit.SECONDS);
        assertThat(revocation.ended()).hasSize(1);
        awaitEverywhere("85.214.1.2", false);
    }

    @Test
    void aHostThatComesLaterHasAllOfIt() throws Exception {
        RedisServer redis = redis("redis");
        startHosts(at(redis), WhenAway.LOCAL);
        new Storm(hosts, 11).run(400);

        PoolHost late = start("late", at(redis), WhenAway.LOCAL);
        begun.add(late);

        assertThat(late.registry().book().size())
                .isEqualTo(hosts.getFirst().registry().book().size());
    }

    @Test
    void anEmptiedEngineIsNoticedAndFilledAgain() throws Exception {
        RedisServer redis = redis("redis");
        startHosts(at(redis), WhenAway.LOCAL);
        Storm storm = new Storm(hosts, 12);
        storm.run(150);
        redis.ask("FLUSHALL");
        storm.run(150);
        storm.assertNothingLost();
        redis.kill();
        storm.run(50);
        redis.startAgain();
        storm.run(50);

        storm.assertNothingLost();
        assertThat(hosts.stream().mapToLong(host -> host.follower().lost()).sum())
                .isPositive();
        PoolHost late = start("late", at(redis), WhenAway.LOCAL);
        begun.add(late);
        storm.assertNothingLostAt(late);
    }

    @Test
    void anEmptiedEngineIsNoticedAlsoWhenAllHadBeenSaidAgainBeforeAnybodyLooked() throws Exception {
        RedisServer redis = redis("redis");
        startHosts(at(redis), WhenAway.LOCAL);
        hosts.get(0).announced("user1/gwaihir", "85.214.1.1");
        awaitEverywhere("85.214.1.1", true);

        redis.ask("FLUSHALL");
        hosts.get(1).announced("user1/gwaihir", "85.214.1.2");

        awaitEmptied(1);
        awaitEverywhere("85.214.1.2", true);
        redis.kill();
        redis.startAgain();
        awaitEmptied(2);
        awaitEverywhere("85.214.1.2", true);
    }

    private void awaitEmptied(int times) {
        await("every host has found the engine empty, so many times: " + times)
                .atMost(SOON)
                .until(() -> hosts.stream()
                        .allMatch(host -> host.follower().reading().emptied() == times));
    }

    @Test
    void whileTheEngineHangsHostsAnswerAndGrantAloneAndSaySo() throws Exception {
        RedisServer redis = redis("redis");
        startHosts(at(redis), WhenAway.LOCAL);
        hosts.get(0).announced("user1/gwaihir", "85.214.1.1");
        awaitEverywhere("85.214.1.1", true);

        redis.stop();
        Verdict verdict = hosts.get(0).announced("user2/gwaihir", "85.214.1.2");
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Granted.class,
                        granted -> assertThat(granted.notes())
                                .anySatisfy(note -> assertThat(note).contains("at this relay host alone")));
        assertThat(hosts.get(0).permits("85.214.1.2")).isTrue();
        assertThat(hosts.get(1).permits("85.214.1.1")).isTrue();
        assertThat(hosts.get(1).permits("85.214.1.2")).isFalse();
        hosts.get(1).registry().revoke(Selection.parse("user1"), "by the test").get(10, TimeUnit.SECONDS);
        assertThat(hosts.get(1).permits("85.214.1.1")).isFalse();
        redis.goOn();

        awaitEverywhere("85.214.1.2", true);
        awaitEverywhere("85.214.1.1", false);
    }

    @Test
    void whatWasRefusedForWantOfAnAnswerOvertakesNothingThatWasSaidAfterIt() throws Exception {
        RedisServer redis = redis("redis");
        hosts.add(start("alone", at(redis), WhenAway.LOCAL));
        Path refuses = makeFolder("refuses");
        Semaphore recorded = new Semaphore(0);
        WatchedStore disk = new WatchedStore(SqliteLeaseStore.open(refuses.resolve("leases.db")));
        disk.onRecorded(changes -> {
            if (changes.toString().contains("85.214.1.2")) {
                recorded.release();
            }
        });
        hosts.add(new PoolHost(
                refuses, "refuses", at(redis), new SystemClock(), WhenAway.REFUSE, disk, PoolHost.roster(10)));
        hosts.get(0).announced("user1/gwaihir", "85.214.1.1");
        awaitEverywhere("85.214.1.1", true);

        redis.stop();
        CompletableFuture<Verdict> first = hosts.get(1).announce("user1/gwaihir", ClientAddress.parse("85.214.1.2"));
        recorded.acquire(); // it waits for the engine now
        Verdict second = hosts.get(0).announced("user1/gwaihir", "85.214.1.3");
        assertThat(second).isInstanceOf(Verdict.Granted.class);
        assertThat(first.get(10, TimeUnit.SECONDS)).isInstanceOf(Verdict.Refused.class);
        redis.goOn();

        awaitEverywhere("85.214.1.3", true);
        awaitEverywhere("85.214.1.1", false);
        awaitEverywhere("85.214.1.2", false);
    }

    @Test
    void whatWasRefusedForWantOfAnAnswerCountsEverywhereIfTheEngineHasIt() throws Exception {
        RedisServer redis = redis("redis");
        startHosts(at(redis), WhenAway.REFUSE);
        hosts.get(0).announced("user1/gwaihir", "85.214.1.1");
        awaitEverywhere("85.214.1.1", true);

        redis.stop();
        assertThat(hosts.get(1).announced("user1/gwaihir", "85.214.1.2")).isInstanceOf(Verdict.Refused.class);
        redis.goOn(); // what was sent to it waits there

        awaitEverywhere("85.214.1.2", true);
        awaitEverywhere("85.214.1.1", false);
    }

    @Test
    void whereThatIsWantedAnnouncementsAreRefusedMeanwhile() throws Exception {
        RedisServer redis = redis("redis");
        startHosts(at(redis), WhenAway.REFUSE);
        redis.kill();

        Verdict verdict = hosts.get(0).announced("user2/gwaihir", "85.214.1.2");

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.code().text()).isEqualTo("store-unavailable"));
        assertThat(hosts.get(0).permits("85.214.1.2")).isFalse();
        redis.startAgain();
        await().atMost(SOON)
                .until(() -> hosts.get(0).announced("user2/gwaihir", "85.214.1.2") instanceof Verdict.Granted);
        awaitEverywhere("85.214.1.2", true);
    }

    @Test
    void aFailoverInAStormLosesNothing() throws Exception {
        RedisServer primary = redis("primary");
        RedisServer replica = redis("replica", "--replicaof", "127.0.0.1 " + primary.port());
        await().atMost(SOON).until(() -> replica.said("INFO", "replication").contains("master_link_status:up"));
        List<RedisServer> watching = new ArrayList<>();
        List<RedisAddress.Place> sentinels = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RedisServer sentinel = RedisServer.sentinel(makeFolder("sentinel" + i), primary, 2);
            begun.add(sentinel);
            watching.add(sentinel);
            sentinels.add(new RedisAddress.Place("127.0.0.1", sentinel.port()));
        }
        startHosts(new RedisAddress(sentinels, "relay", false, null, null, null, 0), WhenAway.LOCAL);
        Storm storm = new Storm(hosts, 13);
        storm.run(300);
        // The Sentinels must have found each other and the replica.
        await().atMost(SOON).until(() -> {
            String seen = watching.getFirst().said("SENTINEL", "MASTER", "relay");
            return seen.contains("num-other-sentinels, 2") && seen.contains("num-slaves, 1");
        });

        primary.kill();
        storm.run(300);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> hosts.stream().allMatch(host -> host.store().problem() == null));
        storm.run(100);

        storm.assertNothingLost();
        primary.startAgain(); // it comes back as a replica, and nobody may write to it
        storm.run(100);
        storm.assertNothingLost();
    }

    @Test
    void theAclOfTheManualIsEnough() throws Exception {
        RedisServer redis = redis("redis");
        List<String> rule = new ArrayList<>(List.of("SETUSER", "relay", "reset", "on", ">s3cret"));
        rule.addAll(List.of(acl().split(" ")));
        redis.ask("ACL", rule.toArray(String[]::new));
        redis.ask("ACL", "SETUSER", "default", "off");
        startHosts(
                new RedisAddress(
                        List.of(new RedisAddress.Place("127.0.0.1", redis.port())),
                        null,
                        false,
                        null,
                        "relay",
                        "s3cret",
                        0),
                WhenAway.REFUSE);

        assertThat(hosts.get(0).announced("user1/gwaihir", "85.214.1.1")).isInstanceOf(Verdict.Granted.class);
        awaitEverywhere("85.214.1.1", true);
    }

    /** The line that docs/many-hosts.md has operators copy. */
    private static String acl() throws IOException {
        String manual = Files.readString(Path.of(System.getProperty("project.root", ""), "docs", "many-hosts.md"));
        return manual.lines()
                .filter(line -> line.contains("~sbr:*"))
                .findFirst()
                .map(line -> line.substring(line.indexOf("~sbr:*")))
                .orElseThrow();
    }

    private void awaitEverywhere(String address, boolean permitted) {
        await("%s may relay: %s".formatted(address, permitted))
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> hosts.stream().allMatch(host -> host.permits(address) == permitted));
    }

    private void startHosts(RedisAddress address, WhenAway whenAway) throws StoreException, IOException {
        for (int i = 0; i < 3; i++) {
            hosts.add(start("relay" + i, address, whenAway));
        }
        assertThat(hosts).allSatisfy(host -> assertThat(host.store().problem()).isNull());
    }

    private PoolHost start(String name, RedisAddress address, WhenAway whenAway) throws StoreException, IOException {
        return new PoolHost(makeFolder(name), name, address, new SystemClock(), whenAway);
    }

    private RedisServer redis(String name, String... options) throws IOException {
        RedisServer server = RedisServer.start(makeFolder(name), options);
        begun.add(server);
        return server;
    }

    private static RedisAddress at(RedisServer redis) {
        return new RedisAddress(
                List.of(new RedisAddress.Place("127.0.0.1", redis.port())), null, false, null, null, null, 0);
    }

    private Path makeFolder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }
}
