package org.scpbeforerelay.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.config.SettingsFile;
import org.scpbeforerelay.doctor.Finding.Grade;
import org.scpbeforerelay.rig.FreePorts;
import org.scpbeforerelay.rig.RedisServer;

/** The doctor at real engines: each setting that loses data is set, and found with what mends it. */
@Tag("e2e")
final class SharedStoreExamTest {
    private static final long DAY_MS = 86_400_000;

    @TempDir
    Path folder;

    @Test
    void ofAnEngineAsTheManualWantsItNothingIsWrong() throws Exception {
        try (RedisServer redis = engine("redis", "--appendonly", "yes")) {
            accountOfTheManual(redis);
            List<Finding> findings = examine("redis://relay:secret@127.0.0.1:" + redis.port());
            assertThat(findings).filteredOn(one -> one.grade() == Grade.PROBLEM).isEmpty();
            assertThat(findings)
                    .filteredOn(one -> one.grade() == Grade.ADVICE)
                    .singleElement()
                    .satisfies(one -> assertThat(one.what()).contains("has no replica"));
            assertFound(findings, Grade.GOOD, "keeps what it is given, Redis ");
            assertFound(findings, Grade.GOOD, "clock agrees");
        }
    }

    @Test
    void whatLosesDataOrLetsStrangersInIsFoundWithWhatMendsIt() throws Exception {
        try (RedisServer redis = engine("redis", "--maxmemory", "100mb", "--min-replicas-to-write", "1")) {
            redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
            List<Finding> findings = examine("redis://127.0.0.1:" + redis.port());
            assertFound(findings, Grade.PROBLEM, "evicts (maxmemory-policy allkeys-lru)");
            assertFound(findings, Grade.PROBLEM, "no append-only file and makes no snapshots");
            assertFound(findings, Grade.ADVICE, "min-replicas-to-write");
            assertFound(findings, Grade.ADVICE, "asks nobody for a password");

            // What is said to mend it mends it.
            for (Finding one : findings) {
                if (one.remedy().startsWith("redis-cli CONFIG SET ")) {
                    String[] words = one.remedy()
                            .replaceFirst("redis-cli CONFIG ", "")
                            .replaceFirst(";.*", "")
                            .split(" ", -1);
                    redis.ask("CONFIG", words);
                }
            }
            accountOfTheManual(redis);
            redis.ask("ACL", "SETUSER", "relay", "-info");
            assertFound(
                    examine("redis://relay:secret@127.0.0.1:" + redis.port()), Grade.ADVICE, "could not be looked at");
            assertThat(examine("redis://relay:wrong@127.0.0.1:" + redis.port()))
                    .anySatisfy(one -> assertThat(one.what() + one.remedy())
                            .contains("WRONGPASS")
                            .contains("name and password")
                            .doesNotContain("wrong@"));
            redis.ask("ACL", "SETUSER", "relay", "+info");
            assertThat(examine("redis://relay:secret@127.0.0.1:" + redis.port()))
                    .noneMatch(one -> one.grade() == Grade.PROBLEM);
        }
    }

    @Test
    void anEngineThatIsAwayIsAProblem() throws Exception {
        int port = FreePorts.any();
        assertThat(examine("redis://relay:secret@127.0.0.1:" + port))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.grade()).isEqualTo(Grade.PROBLEM);
                    assertThat(one.what()).contains("cannot be used").doesNotContain("secret");
                    assertThat(one.remedy()).contains("redis-cli -h 127.0.0.1 -p " + port + " PING");
                });
    }

    @Test
    void replicasWithoutPersistenceAndDemotedServersAreFound() throws Exception {
        try (RedisServer primary = engine("primary", "--appendonly", "yes");
                RedisServer replica = engine("replica", "--replicaof", "127.0.0.1 " + primary.port())) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> primary.said("INFO", "replication").contains("state=online"));
            assertFound(
                    examine("redis://127.0.0.1:" + primary.port()),
                    Grade.ADVICE,
                    "a replica of the shared store's engine has no append-only file");
            assertFound(examine("redis://127.0.0.1:" + replica.port()), Grade.PROBLEM, "takes no writes");
        }
    }

    @Test
    void aCertificateThatEndsSoonIsSaidInTime() throws Exception {
        Path certificate = folder.resolve("redis.pem");
        Path key = folder.resolve("redis.key");
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "30",
                        "-subj",
                        "/CN=127.0.0.1",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl.log").toFile())
                .start();
        assertThat(openssl.waitFor()).isZero();
        int port = FreePorts.any();
        try (RedisServer redis = engine(
                "redis",
                "--tls-port",
                String.valueOf(port),
                "--tls-cert-file",
                certificate.toString(),
                "--tls-key-file",
                key.toString(),
                "--tls-auth-clients",
                "no")) {
            assertThat(redis.ask("PING")).isNotNull();
            String url = "rediss://127.0.0.1:" + port;
            assertThat(examine(url + "?ca=" + certificate))
                    .noneMatch(one -> one.what().contains("certificate"));
            assertFound(
                    examine(url + "?ca=" + certificate, System.currentTimeMillis() + 15 * DAY_MS),
                    Grade.ADVICE,
                    "certificate of the shared store's engine ends at");
            assertThat(examine(url))
                    .as("signed by nobody whom Java knows")
                    .anySatisfy(one -> assertThat(one.remedy()).contains("?ca="));
        }
    }

    private RedisServer engine(String name, String... options) throws IOException {
        return RedisServer.start(Files.createDirectory(folder.resolve(name)), options);
    }

    private static void accountOfTheManual(RedisServer redis) throws IOException {
        String line = Files.readString(Path.of(System.getProperty("project.root", ""), "docs", "many-hosts.md"))
                .lines()
                .map(String::strip)
                .filter(each -> each.startsWith("ACL SETUSER relay "))
                .findFirst()
                .orElseThrow();
        String[] words = line.replace("PASSWORD", "secret").split(" ", -1);
        redis.ask(words[0], Arrays.copyOfRange(words, 1, words.length));
        redis.ask("ACL", "SETUSER", "default", "-@all", "+acl", "+config", "+ping");
    }

    private List<Finding> examine(String url) throws Exception {
        return examine(url, System.currentTimeMillis());
    }

    private List<Finding> examine(String url, long nowMs) throws Exception {
        Path file = folder.resolve("scp-before-relay.toml");
        Files.writeString(file, "[store]\nurl = \"" + url + "\"\n");
        return SharedStoreExam.examine(SettingsFile.read(file), nowMs);
    }

    private static void assertFound(List<Finding> findings, Grade grade, String words) {
        assertThat(findings).anySatisfy(one -> {
            assertThat(one.what()).contains(words);
            assertThat(one.grade()).isEqualTo(grade);
            if (grade != Grade.GOOD) {
                assertThat(one.why()).isNotBlank();
                assertThat(one.remedy()).isNotBlank();
            }
        });
    }
}
