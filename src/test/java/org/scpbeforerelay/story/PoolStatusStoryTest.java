package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Arrays;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.rig.RedisServer;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** What {@code status} says of the hosts of a pool and of their engine, with the account of the manual. */
@Tag("e2e")
final class PoolStatusStoryTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void everyHostShowsAllHostsAndTheEngineToTheAccountOfTheManual() throws Exception {
        KeyPair key = KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
        try (RedisServer redis = RedisServer.start(Files.createDirectory(folder.resolve("redis")));
                LocalDaemon one = daemon("one", key, redis);
                LocalDaemon other = daemon("other", key, redis)) {
            accountOfTheManual(redis);
            redis.ask("HSET", "sbr:nodes", "<b>evil</b>\u001b[2J", "v=1 at=1795000700000");
            redis.ask("HSET", "sbr:nodes", "evil-0a1b2c3d", "v=\u001b[2J at=1795000700000");
            one.start();
            other.start();

            await().atMost(SOON).untilAsserted(() -> {
                JsonNode shared = status(one).path("shared");
                assertThat(shared.path("nodes")).hasSize(2).allSatisfy(node -> {
                    assertThat(node.path("silent").asBoolean(true)).isFalse();
                    assertThat(node.path("version").asString()).isEqualTo("development");
                });
                assertThat(shared.path("engine").path("connected").asBoolean(false))
                        .isTrue();
                assertThat(shared.path("engine").path("product").asString()).startsWith("Redis ");
                assertThat(shared.path("engine").path("findings"))
                        .anySatisfy(finding ->
                                assertThat(finding.path("what").asString()).contains("append-only"));
            });
            assertThat(one.command("status").out())
                    .contains("(this one): version development")
                    .contains("primary with 0 replicas, connected since")
                    .doesNotContain("evil")
                    .doesNotContain("\u001b[2J");

            other.kill();
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(one.command("status").out()).contains("it is down, or cannot reach the engine"));
            redis.ask("CONFIG", "SET", "maxmemory", "1000mb");
            redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(status(one).path("problems").toString())
                            .contains("maxmemory-policy allkeys-lru")
                            .contains("CONFIG SET maxmemory-policy noeviction"));
            redis.kill();
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(one.command("status").out())
                            .contains("away since")
                            .contains("redis-cli -u URL PING"));
        }
    }

    @Test
    void whereTheAccountMayNotAskItSaysSoAndGoesOn() throws Exception {
        KeyPair key = KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
        try (RedisServer redis = RedisServer.start(Files.createDirectory(folder.resolve("redis")));
                LocalDaemon one = daemon("one", key, redis)) {
            accountOfTheManual(redis);
            redis.ask("ACL", "SETUSER", "relay", "-info", "-hset");
            one.start();

            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(one.command("status").out())
                            .contains("give it +info")
                            .contains("+hset"));
            assertThat(status(one).path("problems")).isEmpty();
        }
    }

    private static JsonNode status(LocalDaemon daemon) {
        return Json.read(daemon.command("status", "--json").out());
    }

    /** As docs/many-hosts.md writes it. */
    private static void accountOfTheManual(RedisServer redis) throws IOException {
        String line = Files.readString(Path.of(System.getProperty("project.root", ""), "docs", "many-hosts.md"))
                .lines()
                .map(String::strip)
                .filter(each -> each.startsWith("ACL SETUSER relay "))
                .findFirst()
                .orElseThrow();
        String[] words = line.replace("PASSWORD", "secret").split(" ", -1);
        redis.ask(words[0], Arrays.copyOfRange(words, 1, words.length));
    }

    private LocalDaemon daemon(String name, KeyPair key, RedisServer redis) throws Exception {
        LocalDaemon daemon = new LocalDaemon(folder.resolve(name));
        daemon.settings("[store]\nurl = \"redis://relay:secret@127.0.0.1:" + redis.port() + "\"\n");
        daemon.user("gerard", key, "");
        return daemon;
    }
}
