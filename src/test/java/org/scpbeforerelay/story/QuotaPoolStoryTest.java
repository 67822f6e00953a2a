package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** Three daemons as users run them, one limit: mail by turns at all of them, by the policy protocol. */
@Tag("e2e")
final class QuotaPoolStoryTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int LIMIT = 60;
    private static final String CLIENT = "127.0.5.1";
    private static final int MAILS_IN_A_SECOND = 24;

    @TempDir
    Path folder;

    private final List<LocalDaemon> hosts = new ArrayList<>();
    private int mails;

    @Test
    void oneLimitHoldsForAllHostsWithinTheBoundAndOverKillsAndOutages() throws Exception {
        KeyPair key = KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
        try (RedisServer redis = RedisServer.start(Files.createDirectory(folder.resolve("redis")));
                LocalDaemon one = daemon("one", key, redis);
                LocalDaemon two = daemon("two", key, redis);
                LocalDaemon three = daemon("three", key, redis)) {
            hosts.addAll(List.of(one, two, three));
            for (LocalDaemon host : hosts) {
                host.start();
            }
            assertThat(one.command("grant", "gerard", CLIENT).exit()).isZero();
            for (LocalDaemon host : hosts) {
                await().atMost(SOON).until(() -> host.command("leases").out().contains(CLIENT));
            }

            int[] permitted = new int[hosts.size()];
            for (int i = 0; i < 8 * MAILS_IN_A_SECOND; i++) {
                int which = i % hosts.size();
                permitted[which] += permits(hosts.get(which)) ? 1 : 0;
                LockSupport.parkNanos(1_000_000_000L / MAILS_IN_A_SECOND);
            }
            int total = permitted[0] + permitted[1] + permitted[2];
            int withinTwoSeconds = 2 * MAILS_IN_A_SECOND / hosts.size();
            System.out.printf(
                    "limit %d, three hosts, %d mails a second: %d permitted%n", LIMIT, MAILS_IN_A_SECOND, total);
            assertThat(total)
                    .as("permitted of a limit of %d", LIMIT)
                    .isBetween(LIMIT, LIMIT + (hosts.size() - 1) * withinTwoSeconds);

            awaitUsed(total);
            two.kill();
            two.start();
            awaitUsed(total);
            assertThat(permits(two)).isFalse();
            redis.ask("FLUSHALL");
            redis.kill();
            three.kill();
            three.start();
            assertThat(permits(three)).isFalse();
            redis.startAgain();
            await().atMost(SOON).until(() -> three.command("status").out().contains("connected since"));
            awaitUsed(total);
        }
    }

    @Test
    void whileTheEngineIsAwayEachHostCountsForItselfAndAllIsAddedUpAfterwards() throws Exception {
        KeyPair key = KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
        try (RedisServer redis = RedisServer.start(Files.createDirectory(folder.resolve("redis")));
                LocalDaemon one = daemon("one", key, redis);
                LocalDaemon two = daemon("two", key, redis)) {
            hosts.addAll(List.of(one, two));
            for (LocalDaemon host : hosts) {
                host.start();
            }
            assertThat(one.command("grant", "gerard", CLIENT).exit()).isZero();
            await().atMost(SOON).until(() -> two.command("leases").out().contains(CLIENT));
            redis.kill();
            for (LocalDaemon host : hosts) {
                int permitted = 0;
                for (int i = 0; i < LIMIT + 5; i++) {
                    permitted += permits(host) ? 1 : 0;
                }
                assertThat(permitted).isEqualTo(LIMIT);
            }
            redis.startAgain();
            awaitUsed(2 * LIMIT);
            assertThat(permits(one)).isFalse();
        }
    }

    private void awaitUsed(int total) {
        for (LocalDaemon host : hosts) {
            await().atMost(SOON).untilAsserted(() -> assertThat(used(host)).isEqualTo(total));
        }
    }

    private static long used(LocalDaemon host) {
        JsonNode answer = Json.read(host.command("explain", CLIENT, "--sender", "gerard@example.org", "--json")
                .out());
        return answer.findPath("used").asLong(-1);
    }

    /** A mail of one recipient, as Postfix asks about it at RCPT. */
    private boolean permits(LocalDaemon host) throws IOException {
        String request = """
                request=smtpd_access_policy
                protocol_state=RCPT
                client_address=%s
                sender=gerard@example.org
                recipient=sam@example.net
                instance=1.%d.2

                """.formatted(CLIENT, ++mails);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket(host.state())));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(1024);
            while (channel.read(answer) > 0 && answer.get(answer.position() - 1) != '\n') {
                // The rest of the answer is under way.
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII).startsWith("action=OK");
        }
    }

    private static Path socket(Path state) {
        return Path.of(
                "/tmp", "sbr-quota-" + Integer.toHexString(state.toString().hashCode()));
    }

    private LocalDaemon daemon(String name, KeyPair key, RedisServer redis) throws Exception {
        LocalDaemon daemon = new LocalDaemon(folder.resolve(name));
        daemon.settings("[store]\nurl = \"redis://127.0.0.1:" + redis.port() + "\"\n");
        Path file = daemon.state().resolve("scp-before-relay.toml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace(
                                "[lookup]\nlisten = [\"127.0.0.1:0\"]",
                                "[lookup]\nlisten = [\"127.0.0.1:0\", \"unix:" + socket(daemon.state()) + "\"]"));
        daemon.user("gerard", key, "messages = \"" + LIMIT + "/d\"\n");
        return daemon;
    }
}
