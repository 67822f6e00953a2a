package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.source.ssh.AnnouncingClient;
import tools.jackson.databind.JsonNode;

/**
 * {@code kill -9} of the whole daemon at random instants, while many clients announce over SSH and an operator revokes. After the
 * start: every acknowledged lease is there and relays, nothing that was never announced or is over. 20 rounds on one state folder;
 * {@code -Dkill9.rounds=200} for more, {@code -Dkill9.seed=N} for the same instants as far as the machine allows.
 */
@Tag("e2e")
final class KilledDaemonTest {
    private static final int CLIENTS = 6;
    private static final String NOTHING = "nothing";

    /** The last client's leases are so short that some end while the daemon is dead. */
    private static final long BRIEF_MS = 2_000;

    private static final long TERM_MS = 1_200_000;

    @TempDir
    Path folder;

    private final KeyPair key = keyPair();
    private final List<Client> clients = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final AtomicInteger acknowledged = new AtomicInteger();

    /** What a user was told, and what it asked for last without an answer. */
    private static final class Client {
        final String user;
        final long termMs;
        final Random random;
        final Set<String> usedBefore = new HashSet<>();
        String certain = NOTHING;
        long endsFromMs;
        long endsByMs;

        @Nullable
        String asked;

        Client(String user, long termMs, long seed) {
            this.user = user;
            this.termMs = termMs;
            this.random = new Random(seed);
        }
    }

    @Test
    void everyAcknowledgedLeaseIsThereAfterKillNineAndNothingElse() throws Exception {
        int rounds = Integer.getInteger("kill9.rounds", 20);
        long seed = Long.getLong("kill9.seed", System.nanoTime());
        Random random = new Random(seed);
        try (LocalDaemon daemon = new LocalDaemon(folder)) {
            for (int i = 0; i < CLIENTS; i++) {
                long termMs = i == CLIENTS - 1 ? BRIEF_MS : TERM_MS;
                daemon.user("user" + i, key, "term = \"" + termMs / 1000 + "s\"\n");
                clients.add(new Client("user" + i, termMs, seed + i));
            }
            daemon.start();
            for (int round = 1; round <= rounds; round++) {
                runAndKill(daemon, random.nextInt(16), random.nextLong(30_000_000));
                daemon.start();
                check(daemon);
                assertThat(problems)
                        .as("round %d of -Dkill9.seed=%d", round, seed)
                        .isEmpty();
                assertThat(daemon.log()).doesNotContain("ERROR");
            }
        }
        System.out.printf(
                "kill -9 of the daemon: %d rounds, %d acknowledged, none lost, seed %d%n",
                rounds, acknowledged.get(), seed);
        assertThat(acknowledged.get())
                .as("work that was done between the kills")
                .isGreaterThan(rounds);
    }

    /** Kills it some time after so many have been told that their lease is there, or gone. */
    private void runAndKill(LocalDaemon daemon, int after, long thenNs) throws Exception {
        int enough = acknowledged.get() + after;
        try (var executor = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> all = new ArrayList<>();
            for (Client client : clients) {
                all.add(executor.submit(() -> actUntilTheEnd(daemon, client)));
            }
            await().atMost(Duration.ofSeconds(60))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> acknowledged.get() >= enough);
            LockSupport.parkNanos(thenNs);
            daemon.kill();
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private void actUntilTheEnd(LocalDaemon daemon, Client client) {
        try (AnnouncingClient announcing = new AnnouncingClient(daemon.ssh(), key)) {
            while (daemon.isAlive()) {
                if (client.random.nextInt(8) == 0) {
                    revoke(daemon, client);
                } else {
                    announce(announcing, client);
                }
            }
        } catch (IOException e) {
            // The daemon is gone in the middle of an exchange: what was asked for last may have happened or not.
        }
    }

    private void announce(AnnouncingClient announcing, Client client) throws IOException {
        String address = "127." + client.random.nextInt(1, 255) + "." + client.random.nextInt(256) + "."
                + client.random.nextInt(1, 255);
        client.asked = address;
        long beforeMs = System.currentTimeMillis();
        int status = announcing
                .scp(client.user, "gwaihir-ip", address + " 0\n", new InetSocketAddress(address, 0))
                .status();
        if (status == 0) {
            certain(client, address);
            client.endsFromMs = beforeMs + client.termMs;
            client.endsByMs = System.currentTimeMillis() + client.termMs;
        } else if (status > 0) {
            throw new IllegalStateException(address + " was refused: " + status);
        } else {
            throw new IOException("no answer");
        }
    }

    private void revoke(LocalDaemon daemon, Client client) throws IOException {
        String before = client.asked;
        client.asked = NOTHING;
        int exit = daemon.command("revoke", client.user).exit();
        if (exit == 0) {
            certain(client, NOTHING);
        } else if (exit != 1) {
            throw new IOException("no answer");
        } else {
            client.asked = before;
        }
    }

    private void certain(Client client, String address) {
        client.usedBefore.add(client.certain);
        client.certain = address;
        client.asked = null;
        acknowledged.incrementAndGet();
    }

    private void check(LocalDaemon daemon) throws IOException {
        long beforeMs = System.currentTimeMillis();
        Map<String, JsonNode> found = new HashMap<>();
        daemon.leases().forEach(lease -> found.put(lease.path("user").asString(), lease));
        long afterMs = System.currentTimeMillis();
        if (!clients.stream().map(client -> client.user).toList().containsAll(found.keySet())) {
            problems.add("leases of others: " + found.keySet());
        }
        try (MailServer mailServer = new MailServer(daemon.lookup())) {
            for (Client client : clients) {
                JsonNode lease = found.get(client.user);
                check(client, lease, beforeMs, afterMs);
                String there = lease == null ? NOTHING : lease.path("address").asString();
                if (client.termMs == TERM_MS && lease != null && !mailServer.permitsByMap(there)) {
                    problems.add(there + " has a lease and may not relay");
                }
                client.usedBefore.remove(there);
                client.usedBefore.remove(NOTHING);
                for (String left : client.usedBefore) {
                    if (mailServer.permitsByMap(left)) {
                        problems.add(left + " was left by " + client.user + " and may relay");
                    }
                }
                client.usedBefore.clear();
                adopt(client, lease, there);
            }
        }
    }

    private void check(Client client, @Nullable JsonNode lease, long beforeMs, long afterMs) {
        String there = lease == null ? NOTHING : lease.path("address").asString();
        boolean mayBeOver = client.endsFromMs <= afterMs || client.termMs == BRIEF_MS && client.asked != null;
        boolean expected =
                there.equals(client.certain) || there.equals(client.asked) || there.equals(NOTHING) && mayBeOver;
        if (!expected) {
            problems.add(client.user + " has " + there + "; acknowledged was " + client.certain + ", asked for last "
                    + client.asked);
        }
        if (there.equals(client.certain) && lease != null && client.endsByMs <= beforeMs) {
            problems.add(client.user + " has a lease that is over: " + lease);
        }
        if (lease != null && endMs(lease) <= beforeMs) {
            problems.add("past its end: " + lease);
        }
    }

    /** What is there now is what counts from now on. */
    private static void adopt(Client client, @Nullable JsonNode lease, String there) {
        client.certain = there;
        client.asked = null;
        if (lease != null) {
            client.endsFromMs = endMs(lease);
            client.endsByMs = endMs(lease);
        }
    }

    private static long endMs(JsonNode lease) {
        return Instant.parse(lease.path("expires_at").asString()).toEpochMilli();
    }

    private static KeyPair keyPair() {
        try {
            return KeyUtils.generateKeyPair("ssh-ed25519", 256);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
