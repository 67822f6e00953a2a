package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.source.ssh.AnnouncingClient;

/** The daemon as a service manager sees it: ready, reloading, stopping; what stands in its way, and how it says so. */
@Tag("e2e")
final class ServiceTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private KeyPair key;
    private LocalDaemon daemon;

    @BeforeEach
    void prepare() throws Exception {
        key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
        daemon = new LocalDaemon(folder);
        daemon.user("gerard", key, "");
    }

    @AfterEach
    void end() {
        daemon.close();
    }

    @Test
    void theServiceManagerIsToldOfStartReloadAndEnd() throws Throwable {
        for (String address :
                List.of(folder.resolve("notify").toString(), "@scp-before-relay-test-" + System.nanoTime())) {
            try (DatagramSocketFile manager = new DatagramSocketFile(address)) {
                daemon.start(List.of(), Map.of("NOTIFY_SOCKET", address));
                await().atMost(SOON).until(() -> manager.heard().contains("READY=1\nSTATUS="));
                daemon.signal("HUP");
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(manager.heard())
                                .containsPattern(";RELOADING=1\nMONOTONIC_USEC=[0-9]+;READY=1;$"));
                daemon.signal("TERM");
                assertThat(daemon.awaitExit()).isZero();
                assertThat(manager.heard()).endsWith(";STOPPING=1;");
            }
        }
    }

    @Test
    void hangupReloadsGoodSettingsAndKeepsTheFormerOnesBeforeBadOnes() throws Exception {
        daemon.start();
        daemon.user("pippin", key, "");
        daemon.signal("HUP");
        await().atMost(SOON).until(() -> daemon.log().contains("settings and users read anew: 2 users"));
        assertThat(daemon.command("grant", "pippin", "127.9.0.1").exit()).isZero();
        Files.writeString(folder.resolve("users/merry.toml"), "enabled = \"perhaps\"\n");
        daemon.signal("HUP");
        await().atMost(SOON).until(() -> daemon.log().contains("the former settings stay in force"));
        await().atMost(SOON).until(() -> daemon.log().contains("merry.toml:1:"));
        assertThat(daemon.command("lookup", "127.9.0.1").exit()).isZero();
        assertThat(daemon.command("grant", "merry", "127.9.0.2").exit()).isEqualTo(1);
    }

    @Test
    void theRecordTellsWhatHappenedAndWhoDidItAlsoAfterKillNine() throws Exception {
        daemon.start();
        assertThat(daemon.command("history").exit()).isEqualTo(1);
        assertThat(daemon.command("grant", "gerard", "127.9.0.1").exit()).isZero();
        assertThat(daemon.command("grant", "gerard", "127.9.0.1").exit()).isZero();
        assertThat(daemon.command("revoke", "gerard").exit()).isZero();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(daemon.command("history").out()).contains("revoked gerard"));
        daemon.signal("KILL");
        daemon.awaitExit();

        assertThat(daemon.command("history", "--user", "gerard").out().lines())
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).contains("  granted  gerard/default 127.9.0.1 by operator"),
                        line -> assertThat(line).contains("  revoked  gerard/default 127.9.0.1: by operator root"));
        assertThat(daemon.command("history").out()).contains("  operator  root revoked gerard");
        assertThat(daemon.command("history", "--address", "127.9.0.2").exit()).isEqualTo(1);
        assertThat(daemon.command("history", "--address", "127.9.0").exit()).isEqualTo(64);
        assertThat(daemon.command("history", "--json").out().lines().findFirst().orElseThrow())
                .startsWith("{\"at\":\"2")
                .contains("\"event\":\"granted\"");
    }

    @Test
    void aHangupAtAnyMomentOfTheStartIsNoEnd() throws Exception {
        daemon.launch(List.of(), Map.of());
        // It is about to load its leases, and not ready yet.
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> Files.exists(folder.resolve("leases.db")) || !daemon.isAlive());
        for (int i = 0; i < 20; i++) {
            daemon.signal("HUP");
        }
        await().atMost(SOON).until(() -> daemon.log().contains("settings and users read anew"));
        daemon.signal("TERM");
        assertThat(daemon.awaitExit()).isZero();
    }

    @Test
    void aPortInUseEndsTheStartWithThePortAndTheRemedyAndLeavesNothingOpen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String busy = "\"127.0.0.1:" + taken.getLocalPort() + "\"";
            replaceSettings("[lookup]\nlisten = [\"127.0.0.1:0\"]", "[lookup]\nlisten = [" + busy + "]");
            assertRefused(73, ":" + taken.getLocalPort(), "[lookup] listen");
            replaceSettings("[lookup]\nlisten = [" + busy + "]", "[lookup]\nlisten = [\"127.0.0.1:0\"]");
            replaceSettings("[ssh]\nlisten = [\"127.0.0.1:0\"]", "[ssh]\nlisten = [" + busy + "]");
            assertRefused(73, "port " + taken.getLocalPort(), "[ssh] listen");
        }
        // The start that failed half-way is not in the way of the next one.
        daemon.start();
    }

    @Test
    void aStateFolderThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        LocalDaemon.Ended ended = LocalDaemon.commandIn(file.resolve("state"), "serve");
        assertThat(ended.exit()).as("no settings can be there").isEqualTo(78);
        assertThat(ended.err()).contains(file + "/state/scp-before-relay.toml: cannot be read");
        LocalDaemon.Ended nowhere = LocalDaemon.commandIn(Path.of("/proc/scp-before-relay"), "serve");
        assertThat(nowhere.exit()).isEqualTo(73);
        assertThat(nowhere.err()).contains("/proc/scp-before-relay").contains("--state");
    }

    @Test
    void aSecondDaemonIsRefusedAndTheFirstGoesOn() throws Exception {
        daemon.start();
        LocalDaemon second = new LocalDaemon(folder);
        LocalDaemon.Ended ended = second.command("serve");
        assertThat(ended.exit()).isEqualTo(73);
        assertThat(ended.err()).contains(folder.toString());
        assertThat(daemon.command("status").exit()).isZero();
        assertThat(daemon.isAlive()).isTrue();
    }

    @Test
    void aDamagedStoreIsSetAsideSaidAndGrantsNothing() throws Exception {
        daemon.start();
        assertThat(daemon.command("grant", "gerard", "127.9.0.1").exit()).isZero();
        daemon.signal("TERM");
        daemon.awaitExit();
        try (RandomAccessFile store =
                new RandomAccessFile(folder.resolve("leases.db").toFile(), "rw")) {
            store.seek(100);
            store.write(new byte[3000]);
        }
        daemon.start();
        assertThat(daemon.log())
                .contains("set aside in " + folder)
                .contains("nobody has a lease until it is announced anew");
        assertThat(daemon.command("lookup", "127.9.0.1").exit()).isEqualTo(1);
        try (var files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("leases.db") && name.contains("damaged"));
        }
    }

    @Test
    void aHostKeyThatOthersMayReadEndsTheStartWithTheRemedy() throws Exception {
        Path keys = folder.resolve("keys");
        replaceSettings("host_keys = \"", "host_keys = \"" + keys + "\"\n#");
        daemon.start();
        daemon.signal("TERM");
        daemon.awaitExit();
        Path hostKey = keys.resolve("ssh_host_ed25519_key");
        Files.setPosixFilePermissions(hostKey, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(73, hostKey.toString(), "chmod 600 " + hostKey);
        Files.setPosixFilePermissions(hostKey, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(hostKey, "no key");
        assertRefused(73, hostKey.toString(), "move it away and a new one is made");
    }

    @Test
    void theDefaultListenAddressesTakeBothFamilies() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        replaceSettings(
                "[ssh]\nlisten = [\"127.0.0.1:0\"]",
                "[ssh]\nlisten = [\"0.0.0.0:" + port + "\", \"[::]:" + port + "\"]");
        daemon.start();
        for (String address : List.of("127.0.0.1", "::1")) {
            try (Socket socket = new Socket(address, port)) {
                assertThat(socket.getInputStream().read()).isEqualTo('S');
            }
        }
        try (AnnouncingClient client = new AnnouncingClient(new InetSocketAddress("127.0.0.1", port), key)) {
            // IPv4 on a socket of both families is IPv4, not ::ffff:…
            assertThat(client.scp("gerard", "gwaihir-ip", "127.9.0.3\n", new InetSocketAddress("127.9.0.3", 0))
                            .status())
                    .isZero();
        }
        assertThat(daemon.command("lookup", "127.9.0.3").exit()).isZero();
        assertThat(daemon.log()).contains(":" + port);
    }

    private void replaceSettings(String what, String with) throws IOException {
        Path file = folder.resolve("scp-before-relay.toml");
        String text = Files.readString(file);
        assertThat(text).contains(what);
        Files.writeString(file, text.replace(what, with));
    }

    private void assertRefused(int exit, String... said) throws Exception {
        daemon.launch(List.of(), Map.of());
        assertThat(daemon.awaitExit()).as(daemon.log()).isEqualTo(exit);
        assertThat(daemon.log()).contains(said).doesNotContain("\tat ");
        assertThat(folder.resolve("run/control")).doesNotExist();
    }
}
