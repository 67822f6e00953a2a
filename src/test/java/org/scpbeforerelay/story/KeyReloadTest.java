package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator takes keys and users away from a running daemon, while OpenSSH holds a lease by each of two keys. */
@Tag("e2e")
final class KeyReloadTest {
    @TempDir
    Path folder;

    private LocalDaemon daemon;
    private final List<Process> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        daemon = new LocalDaemon(folder);
        daemon.start();
        for (String key : List.of("laptop", "tower")) {
            Process made = new ProcessBuilder(
                            "ssh-keygen",
                            "-q",
                            "-t",
                            "ed25519",
                            "-N",
                            "",
                            "-C",
                            key,
                            "-f",
                            folder.resolve(key).toString())
                    .start();
            assertThat(made.waitFor()).isZero();
        }
        assertThat(daemon.command(
                                "user",
                                "add",
                                "gerard",
                                "--key",
                                folder.resolve("laptop.pub").toString())
                        .exit())
                .isZero();
        assertThat(daemon.command(
                                "user",
                                "key",
                                "add",
                                "gerard",
                                folder.resolve("tower.pub").toString())
                        .exit())
                .isZero();
    }

    @AfterEach
    void end() throws Exception {
        for (Process client : clients) {
            client.destroyForcibly().waitFor();
        }
        daemon.close();
    }

    @Test
    void aKeyThatIsRemovedEndsItsLeaseAndConnectionAndTheOtherKeysStay() throws Exception {
        Process laptop = hold("laptop");
        Process tower = hold("tower");
        assertThat(daemon.command("user", "key", "remove", "gerard", "laptop").exit())
                .isZero();
        assertThat(laptop.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(leases()).contains("gerard/tower").doesNotContain("gerard/laptop");
        assertThat(tower.isAlive()).isTrue();
        assertThat(ssh("laptop", "help")).isEqualTo(255);
    }

    @Test
    void aUserWhoIsDisabledLosesAllAndGetsItBackOnlyByAnnouncing() throws Exception {
        Process laptop = hold("laptop");
        Process tower = hold("tower");
        assertThat(daemon.command("user", "disable", "gerard").exit()).isZero();
        assertThat(laptop.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(tower.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(leases()).doesNotContain("gerard");
        assertThat(ssh("laptop", "announce")).isEqualTo(77);
        assertThat(daemon.command("user", "enable", "gerard").exit()).isZero();
        assertThat(leases()).doesNotContain("gerard");
        assertThat(ssh("laptop", "announce")).isZero();
    }

    @Test
    void aFileEditedByHandCountsFromTheReloadOnAndABrokenOneNotAtAll() throws Exception {
        Process laptop = hold("laptop");
        Path file = folder.resolve("users/gerard.toml");
        String right = Files.readString(file);
        Files.writeString(file, "keys = [\"ssh-ed25519 AAAA nonsense\"]\n");
        assertThat(daemon.command("reload").exit()).isEqualTo(78);
        assertThat(laptop.isAlive()).isTrue();
        assertThat(leases()).contains("gerard/laptop");
        Files.writeString(file, right.replace("ssh-ed25519", "from=\\\"203.0.113.0/24\\\" ssh-ed25519"));
        assertThat(daemon.command("reload").exit()).isZero();
        assertThat(laptop.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(ssh("laptop", "announce")).isEqualTo(77);
    }

    private String leases() {
        return daemon.command("leases").out();
    }

    private Process hold(String key) throws Exception {
        List<String> command = command(key);
        command.add(1, "-N");
        Process client = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(key + ".log").toFile())
                .start();
        clients.add(client);
        await().atMost(Duration.ofSeconds(20)).until(() -> leases().contains("gerard/" + key));
        return client;
    }

    private int ssh(String key, String words) throws Exception {
        List<String> command = command(key);
        command.add(words);
        return new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("ssh.log").toFile())
                .start()
                .waitFor();
    }

    private List<String> command(String key) {
        return new ArrayList<>(List.of(
                "ssh",
                "-F",
                "/dev/null",
                "-p",
                "" + daemon.ssh().getPort(),
                "-i",
                folder.resolve(key).toString(),
                "-oIdentitiesOnly=yes",
                "-oIdentityAgent=none",
                "-oBatchMode=yes",
                "-oStrictHostKeyChecking=accept-new",
                "-oUserKnownHostsFile=" + folder.resolve("known_hosts"),
                "gerard+" + key + "@127.0.0.1"));
    }
}
