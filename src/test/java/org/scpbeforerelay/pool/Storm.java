package org.scpbeforerelay.pool;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Principal;

/** Announcements at all hosts, eight at once, each of another device; and what was acknowledged of them. */
final class Storm {
    private static final int AT_ONCE = 8;
    private static final int USERS = 40;

    private final List<PoolHost> hosts;
    private final Random random;
    private final Map<String, ClientAddress> acknowledged = new HashMap<>();
    private final Set<String> uncertain = new HashSet<>();
    private int next = 0x55d6_0101; // 85.214.1.1

    Storm(List<PoolHost> hosts, long seed) {
        this.hosts = List.copyOf(hosts);
        this.random = new Random(seed);
    }

    /** Some announcements, all answered when this returns. */
    void run(int count) throws Exception {
        for (int done = 0; done < count; done += AT_ONCE) {
            Map<String, ClientAddress> said = new HashMap<>();
            Map<String, CompletableFuture<Verdict>> answers = new HashMap<>();
            while (said.size() < AT_ONCE) {
                String principal = "user" + random.nextInt(USERS) + "/gwaihir";
                if (!said.containsKey(principal)) {
                    ClientAddress address = ClientAddress.ofIpv4(next++);
                    said.put(principal, address);
                    answers.put(principal, hostOf(principal).announce(principal, address));
                }
            }
            for (Map.Entry<String, CompletableFuture<Verdict>> answer : answers.entrySet()) {
                String principal = answer.getKey();
                if (answer.getValue().get(30, TimeUnit.SECONDS) instanceof Verdict.Granted) {
                    acknowledged.put(principal, said.getOrDefault(principal, ClientAddress.ofIpv4(0)));
                    uncertain.remove(principal);
                } else {
                    uncertain.add(principal);
                }
            }
        }
    }

    /** A device keeps to its host: two that cannot hear each other know an order only as far as their clocks agree. */
    private PoolHost hostOf(String principal) {
        return hosts.get(Math.floorMod(principal.hashCode(), hosts.size()));
    }

    /** Every host permits what was acknowledged last of each device, and nothing else. */
    void assertNothingLost() {
        hosts.forEach(this::assertNothingLostAt);
    }

    void assertNothingLostAt(PoolHost host) {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> {
                    List<String> wrong = new ArrayList<>();
                    acknowledged.forEach((principal, address) -> {
                        if (!uncertain.contains(principal) && !host.permits(address)) {
                            wrong.add(principal + " at " + address + ", but "
                                    + hosts.stream()
                                            .map(one -> one.registry()
                                                    .book()
                                                    .of(Principal.parse(principal)
                                                            .user())
                                                    .toString())
                                            .toList());
                        }
                    });
                    if (!wrong.isEmpty()) {
                        throw new AssertionError("acknowledged and not permitted: " + wrong);
                    }
                    Set<ClientAddress> right = new HashSet<>(acknowledged.values());
                    host.registry().book().all().forEach(lease -> {
                        if (!right.contains(lease.address())
                                && !uncertain.contains(lease.principal().toString())) {
                            throw new AssertionError(lease.key() + " stands at " + lease.address());
                        }
                    });
                });
    }
}
