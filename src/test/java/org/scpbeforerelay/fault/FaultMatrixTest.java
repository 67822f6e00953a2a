package org.scpbeforerelay.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.fault.History.Accepted;
import org.scpbeforerelay.fault.History.EngineLost;
import org.scpbeforerelay.fault.History.Settled;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.EntryId;
import org.scpbeforerelay.store.shared.LogEngine;
import org.scpbeforerelay.store.shared.LogEntry;
import org.scpbeforerelay.store.shared.LogWords;
import org.scpbeforerelay.store.shared.redis.RedisAddress;
import org.scpbeforerelay.store.shared.redis.RedisEngine;

/** Three relay hosts, a Redis with a replica and three Sentinels, each a process; each part is killed or frozen in a storm. */
@Tag("e2e")
final class FaultMatrixTest {
    private static final long WALL_TO_NANO = System.nanoTime() - System.currentTimeMillis() * 1_000_000;

    @TempDir
    Path folder;

    private final History history = new History();
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<RedisServer> servers = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> addresses = new ConcurrentLinkedQueue<>();
    private final Random random = new Random(7);
    private volatile boolean ended;
    private int asked;

    @BeforeEach
    void start() throws Exception {
        RedisServer first = RedisServer.start(make("redis0"));
        servers.add(first);
        servers.add(RedisServer.start(make("redis1"), "--replicaof", "127.0.0.1 " + first.port()));
        await().atMost(Duration.ofSeconds(15))
                .until(() -> said(servers.get(1), "INFO", "replication").contains("master_link_status:up"));
        for (int i = 0; i < 3; i++) {
            sentinels.add(RedisServer.sentinel(make("sentinel" + i), first, 2));
        }
        awaitSentinels();
        List<String> ports =
                sentinels.stream().map(one -> String.valueOf(one.port())).toList();
        for (String name : List.of("a", "b", "c")) {
            nodes.add(new NodeProcess(name, make(name), name.equals("c") ? "refuse" : "local", ports, history));
        }
        for (NodeProcess node : nodes) {
            node.start(List.of());
        }
        Thread.ofPlatform().daemon().name("reads the log").start(this::witness);
        settle();
    }

    @AfterEach
    void end() throws Exception {
        ended = true;
        for (NodeProcess node : nodes) {
            node.close();
        }
        sentinels.forEach(RedisServer::close);
        servers.forEach(RedisServer::close);
    }

    @Test
    void aRelayHostIsKilledAndStartsAgain() throws Exception {
        storm(100);
        nodes.get(0).kill();
        storm(100);
        nodes.get(0).start(addresses);
        storm(50);
        settle();
    }

    @Test
    void theReplicaAndASentinelAreKilled() throws Exception {
        storm(100);
        servers.get(1).kill();
        sentinels.get(0).kill();
        storm(100);
        servers.get(1).startAgain();
        sentinels.get(0).startAgain();
        storm(50);
        settle();
    }

    @Test
    void theMasterIsKilledInAStorm() throws Exception {
        storm(100);
        lost(false);
        servers.get(0).kill();
        storm(300);
        awaitHealth();
        servers.get(0).startAgain();
        storm(100);
        settle();
    }

    @Test
    void theMasterIsFrozenAndComesBackToFindAnotherMaster() throws Exception {
        storm(100);
        lost(false);
        servers.get(0).stop();
        storm(300);
        awaitHealth();
        servers.get(0).goOn();
        storm(100);
        settle();
    }

    @Test
    void theEngineIsEmptied() throws Exception {
        storm(150);
        lost(true);
        servers.get(0).ask("FLUSHALL");
        storm(150);
        settle();
    }

    // The storm

    private void storm(int count) {
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            NodeProcess node = nodes.get(random.nextInt(nodes.size()));
            String device = "user" + asked % FaultNode.USERS + "/gwaihir";
            if (asked % 11 == 10) {
                answers.add(node.revoke(device));
            } else {
                String address = "85.214." + asked / 250 + "." + (asked % 250 + 1);
                addresses.add(address);
                nodes.forEach(one -> one.watch(address));
                answers.add(node.announce(device, address));
            }
            asked++;
            LockSupport.parkNanos(15_000_000);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> answers.stream().allMatch(CompletableFuture::isDone));
    }

    private void lost(boolean acknowledged) {
        history.add(new EngineLost(System.nanoTime(), acknowledged));
    }

    private void awaitHealth() {
        await("health")
                .atMost(Duration.ofSeconds(30))
                .until(() -> nodes.stream().allMatch(node -> node.problem().equals("-")));
    }

    /** All is healed: the hosts come to agree, and nothing in the whole history was wrong. */
    private void settle() {
        awaitHealth();
        List<String> names = nodes.stream().map(NodeProcess::name).toList();
        try {
            await("agreement").atMost(Duration.ofSeconds(40)).until(() -> {
                long at = nodes.stream().mapToLong(NodeProcess::lookedNs).min().orElseThrow();
                Settled moment = new Settled(at, names);
                boolean agreed =
                        HistoryChecker.disagreements(history.snapshot(), moment).isEmpty();
                if (agreed) {
                    history.add(moment);
                }
                return agreed;
            });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            assertThat(HistoryChecker.disagreements(
                            history.snapshot(), new Settled(nodes.getFirst().lookedNs(), names)))
                    .isEmpty();
            throw e;
        }
        assertThat(HistoryChecker.violations(history.snapshot())).isEmpty();
    }

    // The engine's log

    private void witness() {
        RedisEngine engine = new RedisEngine(new RedisAddress(
                sentinels.stream()
                        .map(one -> new RedisAddress.Place("127.0.0.1", one.port()))
                        .toList(),
                "relay",
                false,
                null,
                null,
                null,
                0));
        while (!ended) {
            try (LogEngine.Session session = engine.connect()) {
                EntryId last = EntryId.START;
                while (!ended) {
                    for (LogEntry entry : session.read(last, 200)) {
                        last = entry.id();
                        LogWords.grants(entry)
                                .forEach(grant -> history.add(new Accepted(
                                        grant.device(), grant.address(), grant.atMs() * 1_000_000 + WALL_TO_NANO)));
                    }
                    session.pulse();
                }
            } catch (EngineException e) {
                LockSupport.parkNanos(50_000_000); // another is being made master
            }
        }
    }

    private void awaitSentinels() {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> sentinels.stream().allMatch(one -> {
                    String seen = said(one, "SENTINEL", "MASTER", "relay");
                    return seen.contains("num-other-sentinels, 2") && seen.contains("num-slaves, 1");
                }));
    }

    private static String said(RedisServer server, String command, String... arguments) {
        return text(server.ask(command, arguments));
    }

    private static String text(Object answer) {
        return switch (answer) {
            case byte[] bytes -> new String(bytes, StandardCharsets.UTF_8);
            case List<?> list ->
                list.stream()
                        .map(one -> text(Objects.requireNonNull(one)))
                        .toList()
                        .toString();
            default -> String.valueOf(answer);
        };
    }

    private Path make(String name) throws Exception {
        return Files.createDirectories(folder.resolve(name));
    }
}
