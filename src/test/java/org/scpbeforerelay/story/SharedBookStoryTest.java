package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.source.ssh.AnnouncingClient;

/** Two daemons as users run them, on one Redis. */
@Tag("e2e")
final class SharedBookStoryTest {
    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    @Test
    void aCopyToOneHostIsAPermitAtTheOtherThroughKillsAndOutages() throws Exception {
        KeyPair key = KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
        try (RedisServer redis = RedisServer.start(Files.createDirectory(folder.resolve("redis")));
                LocalDaemon one = daemon("one", key, redis);
                LocalDaemon other = daemon("other", key, redis)) {
            one.start();
            other.start();
            assertThat(copy(one, key, "127.0.5.1").status()).isZero();
            awaitLookup(other, "127.0.5.1", 0);

            one.kill();
            assertThat(other.command("lookup", "127.0.5.1").exit()).isZero();
            one.start();
            assertThat(one.command("lookup", "127.0.5.1").exit()).isZero();
            assertThat(other.command("revoke", "gerard").exit()).isZero();
            awaitLookup(one, "127.0.5.1", 1);

            redis.kill();
            AnnouncingClient.Copy alone = copy(one, key, "127.0.5.2");
            assertThat(alone.status()).isZero();
            assertThat(one.command("grant", "gerard/meneldor", "127.0.5.3").exit())
                    .isZero();
            assertThat(one.command("lookup", "127.0.5.2").exit()).isZero();
            assertThat(other.command("lookup", "127.0.5.2").exit()).isEqualTo(1);
            await().atMost(SOON).until(() -> one.command("status").out().contains("shared store is away"));
            redis.startAgain();
            awaitLookup(other, "127.0.5.2", 0);
        }
    }

    private LocalDaemon daemon(String name, KeyPair key, RedisServer redis) throws Exception {
        LocalDaemon daemon = new LocalDaemon(folder.resolve(name));
        daemon.settings("[store]\nurl = \"redis://127.0.0.1:" + redis.port() + "\"\n");
        daemon.user("gerard", key, "");
        return daemon;
    }

    private static AnnouncingClient.Copy copy(LocalDaemon daemon, KeyPair key, String from) throws Exception {
        try (AnnouncingClient client = new AnnouncingClient(daemon.ssh(), key)) {
            return client.scp("gerard", "gwaihir-ip", from + "\n", new InetSocketAddress(from, 0));
        }
    }

    private static void awaitLookup(LocalDaemon daemon, String address, int exit) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(
                                daemon.command("lookup", address).exit())
                        .as(() -> daemon.command("explain", address).out() + daemon.log())
                        .isEqualTo(exit));
    }
}
