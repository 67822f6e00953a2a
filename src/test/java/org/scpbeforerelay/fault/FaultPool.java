package org.scpbeforerelay.fault;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.scpbeforerelay.fault.History.Accepted;
import org.scpbeforerelay.fault.History.Cut;
import org.scpbeforerelay.fault.History.EngineLost;
import org.scpbeforerelay.fault.History.Settled;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.EntryId;
import org.scpbeforerelay.store.shared.LogEngine;
import org.scpbeforerelay.store.shared.LogEntry;
import org.scpbeforerelay.store.shared.LogWords;
import org.scpbeforerelay.store.shared.redis.RedisAddress;
import org.scpbeforerelay.store.shared.redis.RedisEngine;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Three relay hosts, two Redis servers and three Sentinels, each a process on a host with a network of its own; a storm of
 * announcements and revocations over them, and the history of it all. A Sentinel is on the host of each server, the third
 * is elsewhere. Relay host c refuses while the engine is away, the others go on alone.
 */
final class FaultPool implements AutoCloseable {
    private static final long WALL_TO_NANO = System.nanoTime() - System.currentTimeMillis() * 1_000_000;
    private static final long STEP_NS = 15_000_000;
    private static final int REVOKED_OF = 11;
    private static final Pattern DEVICE = Pattern.compile("user\\d+/gwaihir");

    private final NetworkLab lab = NetworkLab.start();
    private final History history = new History();
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<RedisServer> servers = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> addresses = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<CompletableFuture<Void>> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final Random random;
    private volatile boolean calm = true;
    private volatile boolean ended;
    private Thread storm = new Thread(() -> {});

    FaultPool(long seed) throws Exception {
        random = new Random(seed);
        for (int i = 0; i < 2; i++) {
            Host host = lab.host("redis" + i, "198.51.100.1" + i);
            servers.add(
                    i == 0
                            ? RedisServer.start(host)
                            : RedisServer.start(
                                    host, "--replicaof", servers.getFirst().address() + " 6379"));
        }
        awaitReplica(servers.get(1));
        for (Host host : List.of(server(0).host(), server(1).host(), lab.host("watch", "203.0.113.12"))) {
            sentinels.add(RedisServer.sentinel(host, server(0), 2));
        }
        await("Sentinels know each other")
                .atMost(Duration.ofSeconds(20))
                .until(() -> sentinels.stream().allMatch(one -> {
                    String seen = one.said("SENTINEL", "MASTER", "relay");
                    return seen.contains("num-other-sentinels, 2") && seen.contains("num-slaves, 1");
                }));
        for (String name : List.of("a", "b", "c")) {
            Host host = lab.host(name, "192.0.2." + (11 + nodes.size()));
            NodeProcess node = new NodeProcess(host, name.equals("c") ? "refuse" : "local", places(), history);
            nodes.add(node);
            node.start(List.of());
        }
        for (RedisServer server : servers) {
            server.host()
                    .inside(() -> Thread.ofPlatform()
                            .daemon()
                            .name("reads the log of " + server.address())
                            .start(() -> witness(server)));
        }
        awaitHealth();
    }

    // Its parts

    NodeProcess node(int number) {
        return nodes.get(number);
    }

    NodeProcess anyNode() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    RedisServer server(int number) {
        return servers.get(number);
    }

    /** A Sentinel; the last one is on a host of its own. */
    RedisServer sentinel(int number) {
        return sentinels.get(number);
    }

    /** Which of the servers the Sentinel on its own host calls master. */
    RedisServer master() {
        String said = sentinels.getLast().said("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "relay");
        return servers.stream()
                .filter(one -> said.contains(one.address() + ","))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(said));
    }

    RedisServer otherThan(RedisServer server) {
        return servers.get(1 - servers.indexOf(server));
    }

    /** Where relay hosts ask for the master. */
    List<String> places() {
        return sentinels.stream().map(RedisServer::address).toList();
    }

    History history() {
        return history;
    }

    /** All addresses that were announced. */
    List<String> addresses() {
        return List.copyOf(addresses);
    }

    // The network

    List<Host> hosts() {
        List<Host> all = new ArrayList<>();
        nodes.forEach(node -> all.add(node.host()));
        servers.forEach(server -> all.add(server.host()));
        all.add(sentinels.getLast().host());
        return all;
    }

    List<Host> engineHosts() {
        return hosts().subList(nodes.size(), nodes.size() + 3);
    }

    /** Nothing passes between the ones and the others until {@link #mend}. */
    void cut(List<Host> ones, List<Host> others) {
        forEachPair(ones, others, (one, other) -> {
            one.ignore(other);
            other.ignore(one);
        });
    }

    void mend(List<Host> ones, List<Host> others) {
        forEachPair(ones, others, (one, other) -> {
            one.heed(other);
            other.heed(one);
        });
    }

    private static void forEachPair(List<Host> ones, List<Host> others, BiConsumer<Host, Host> action) {
        ones.forEach(one -> others.forEach(other -> action.accept(one, other)));
    }

    /** No engine could be reached from the node from then until now. */
    void wasCutOff(NodeProcess node, long sinceNs) {
        history.add(new Cut(node.name(), sinceNs, System.nanoTime()));
    }

    /** An engine loses what it has not passed on, or even what it had acknowledged: then somebody must say so. */
    void loses(boolean acknowledged) {
        history.add(new EngineLost(System.nanoTime(), acknowledged));
    }

    // The storm

    void storm() {
        calm = false;
        storm = Thread.ofPlatform().daemon().name("storm").start(() -> {
            while (!calm) {
                askOne();
                LockSupport.parkNanos(STEP_NS);
            }
        });
    }

    private void askOne() {
        int number = asked.getAndIncrement();
        NodeProcess node = anyNode();
        String device = "user" + number % FaultNode.USERS + "/gwaihir";
        if (number % REVOKED_OF == REVOKED_OF - 1) {
            answers.add(node.revoke(device));
            return;
        }
        String address = "85." + (100 + number / 62_500) + "." + number / 250 % 250 + "." + (number % 250 + 1);
        addresses.add(address);
        nodes.forEach(one -> one.watch(address));
        answers.add(node.announce(device, address));
    }

    /** Waits until the storm has asked so many times more. */
    void pass(int count) {
        int goal = asked.get() + count;
        await("the storm goes on").atMost(Duration.ofMinutes(1)).until(() -> asked.get() >= goal);
    }

    /** Ends the storm, and waits until it was answered. */
    void calm() throws InterruptedException {
        calm = true;
        storm.join();
        await("answers").atMost(Duration.ofSeconds(30)).until(() -> {
            answers.removeIf(CompletableFuture::isDone);
            return answers.isEmpty();
        });
    }

    // How all is

    void awaitHealth() {
        try {
            await("health")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> nodes.stream().allMatch(node -> node.problem().equals("-")));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    nodes.stream()
                                    .map(node -> node.name() + ": " + node.problem())
                                    .toList() + "",
                    e);
        }
    }

    void awaitMaster(RedisServer server) {
        await(server.address() + " is made master")
                .ignoreExceptionsInstanceOf(JedisException.class)
                .atMost(Duration.ofSeconds(60))
                .until(() -> master() == server && server.said("ROLE").contains("master"));
    }

    private static void awaitReplica(RedisServer server) {
        await(server.address() + " is a replica")
                .ignoreExceptionsInstanceOf(JedisException.class) // who is demoted hangs up
                .atMost(Duration.ofSeconds(60))
                .until(() -> server.said("INFO", "replication").contains("master_link_status:up"));
    }

    /** All is healed: the hosts come to agree, and nothing in the whole history was wrong. */
    void settle() throws InterruptedException {
        calm();
        awaitReplica(otherThan(master()));
        awaitHealth();
        List<String> names = nodes.stream().map(NodeProcess::name).toList();
        try {
            await("agreement").atMost(Duration.ofSeconds(40)).until(() -> {
                Settled moment = new Settled(lookedNs(), names);
                boolean agreed =
                        HistoryChecker.disagreements(history.snapshot(), moment).isEmpty();
                if (agreed) {
                    history.add(moment);
                }
                return agreed;
            });
        } catch (ConditionTimeoutException e) {
            demandNone(HistoryChecker.disagreements(history.snapshot(), new Settled(lookedNs(), names)));
            throw e;
        }
        demandNone(HistoryChecker.violations(history.snapshot()));
    }

    private void demandNone(List<String> wrong) {
        if (!wrong.isEmpty()) {
            Matcher device = DEVICE.matcher(wrong.getFirst());
            List<String> story = device.find() ? history.snapshot().story(device.group()) : List.of();
            throw new AssertionError(wrong.size() + " are wrong: "
                    + String.join("\n", wrong.subList(0, Math.min(5, wrong.size()))) + "\nThe first one's story:\n"
                    + String.join("\n", story));
        }
    }

    private long lookedNs() {
        return nodes.stream().mapToLong(NodeProcess::lookedNs).min().orElseThrow();
    }

    // The engine's log

    private void witness(RedisServer server) {
        RedisEngine engine = new RedisEngine(new RedisAddress(
                List.of(new RedisAddress.Place(server.address(), server.port())), null, false, null, null, null, 0));
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
                }
            } catch (EngineException e) {
                LockSupport.parkNanos(50_000_000); // it is down, or loads what its master has
            }
        }
    }

    @Override
    public void close() {
        calm = true;
        ended = true;
        nodes.forEach(NodeProcess::close);
        sentinels.forEach(RedisServer::close);
        servers.forEach(RedisServer::close);
        lab.close();
    }
}
