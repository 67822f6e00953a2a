package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.source.ssh.AnnouncingClient;
import org.scpbeforerelay.source.ssh.AnnouncingClient.Copy;

/**
 * Garbage, half requests and too many connections at all three doors of a running daemon: it goes on, keeps no descriptor, and logs
 * no defect of its own. {@code -Dhostile.seed=N} for the same bytes again.
 */
@Tag("e2e")
final class HostileBytesTest {
    private static final int ROUNDS = 250;
    private static final List<String> LOOKUPS = List.of(
            "request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=127.0.0.9\nsender=a@b.c\n\n",
            "15:relay 127.0.0.9,",
            "get 127.0.0.9\n");
    private static final List<String> GREETINGS = List.of(
            "SSH-2.0-OpenSSH_9.2p1\r\n",
            "SSH-2.0-x\r\n\0\0\0\14\12\24",
            "SSH-2.0-x\r\n\177\377\377\377",
            "SSH-1.5-x\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            "\26\3\1\2\0\1\0\1\374\3\3");
    private static final List<String> QUESTIONS = List.of(
            "{\"do\":\"status\"}\n",
            "{\"do\":\"lookup\",\"address\":\"127.0.0.9\"}\n",
            "{\"do\":\"explain\",\"address\":\"127.0.0.9\",\"sender\":\"<>\"}\n",
            "{\"do\":\"grant\",\"principal\":\"gerard\",\"address\":\"0.0.0.0\",\"term_ms\":-9223372036854775808}\n",
            "{\"do\":\"grant\",\"principal\":\"gerard\",\"address\":\"::\",\"term_ms\":1e400}\n",
            "{\"do\":\"grant\"}\n",
            "{\"do\":\"revoke\",\"what\":\"\"}\n",
            "{\"do\":\"leases\",\"all\":[]}\n",
            "{\"do\":null}\n",
            "{\"do\":7}\n",
            "null\n",
            "7\n",
            "\n",
            "\"\\ud800\"\n",
            "[".repeat(60_000) + "\n",
            "{\"a\":".repeat(12_000) + "\n",
            "1".repeat(60_000) + "\n",
            "{\"do\":\"lookup\",\"address\":\"" + "x".repeat(60_000) + "\"}\n",
            "x".repeat(70_000));

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
    void pitfall38HostileBytesAtEveryDoorHurtNobody() throws Exception {
        long seed = Long.getLong("hostile.seed", System.nanoTime());
        Random random = new Random(seed);
        daemon.start();
        assertWorks("127.5.0.1");
        long descriptors = daemon.descriptors();
        for (int round = 0; round < ROUNDS; round++) {
            // Each from another address: nobody shall be turned away unheard.
            String from = "127.6." + round / 250 + "." + (1 + round % 250);
            hurl(daemon.lookup(), from, bytes(LOOKUPS, random), random);
            hurl(daemon.ssh(), from, bytes(GREETINGS, random), random);
            hurl(control(), "", bytes(QUESTIONS, random), random);
        }
        for (String question : QUESTIONS) {
            hurl(control(), "", question.getBytes(StandardCharsets.ISO_8859_1), random);
        }
        assertWorks("127.5.0.2");
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(daemon.descriptors()).isLessThanOrEqualTo(descriptors + 4));
        assertThat(daemon.log()).as("-Dhostile.seed=%d", seed).doesNotContain("ERROR", "\tat ", "Exception in thread");
        assertThat(daemon.log().lines().count()).as("lines of log").isLessThan(2 * ROUNDS);
    }

    @Test
    void aCrowdAtEveryDoorLeavesFileHandlesAndTheDaemonRecovers() throws Exception {
        daemon.start(List.of("prlimit", "--nofile=512:512"), java.util.Map.of());
        assertWorks("127.5.0.1");
        long cpuBeforeMs = cpuMs();
        List<SocketChannel> crowd = new ArrayList<>();
        try {
            for (SocketAddress door : List.of(daemon.lookup(), control(), daemon.ssh())) {
                for (int i = 0; i < 300; i++) {
                    crowd.add(connect(door, "127.7." + i / 200 + "." + (1 + i % 200)));
                }
            }
            // The crowd stands at the doors for three seconds of the machine's time.
            await().pollDelay(Duration.ofSeconds(3)).until(daemon::isAlive);
            assertThat(cpuMs() - cpuBeforeMs)
                    .as("CPU spent on a crowd that says nothing")
                    .isLessThan(2_500);
        } finally {
            for (SocketChannel each : crowd) {
                each.close();
            }
        }
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(() -> assertWorks("127.5.0.2"));
        assertThat(daemon.log()).doesNotContain("\tat ", "Exception in thread");
        assertThat(daemon.log().lines().count())
                .as("lines of log, one for each stranger")
                .isLessThan(700);
    }

    @Test
    void moreStrangersThanAllowedInAllAreTurnedAwayAndPlacesAreFreedAgain() throws Exception {
        daemon.start();
        String settings = java.nio.file.Files.readString(folder.resolve("scp-before-relay.toml"));
        daemon.kill();
        java.nio.file.Files.writeString(
                folder.resolve("scp-before-relay.toml"),
                settings.replace("[lookup]", "max_unauthenticated = 12\nlogin_grace = \"5s\"\n[lookup]"));
        daemon.start();
        List<SocketChannel> strangers = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            strangers.add(connect(daemon.ssh(), "127.8.0." + i));
            assertThat(greeting(strangers.getLast())).startsWith("SSH-2.0-");
        }
        try (SocketChannel tooMany = connect(daemon.ssh(), "127.8.0.99")) {
            assertThat(greeting(tooMany)).isEmpty();
        }
        // After the login grace they are gone, though they hold on.
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(() -> assertWorks("127.8.1.1"));
        for (SocketChannel stranger : strangers) {
            stranger.close();
        }
    }

    private void assertWorks(String address) throws IOException {
        try (AnnouncingClient client = new AnnouncingClient(daemon.ssh(), key);
                MailServer mailServer = new MailServer(daemon.lookup())) {
            assertThat(client.scp("gerard", "gwaihir-ip", "auto\n", new InetSocketAddress(address, 0)))
                    .isEqualTo(new Copy(0, ""));
            assertThat(mailServer.permitsByMap(address)).isTrue();
            assertThat(mailServer.permitsByPolicy(address)).isTrue();
            assertThat(mailServer.permitsByMap("127.0.0.9")).isFalse();
            assertThat(daemon.command("lookup", address).exit()).isZero();
            assertThat(daemon.command("status").exit()).isZero();
        }
    }

    private SocketAddress control() {
        return UnixDomainSocketAddress.of(folder.resolve("run/control"));
    }

    /** One of these, whole, cut off, changed in places, or bytes of no meaning. */
    private static byte[] bytes(List<String> valid, Random random) {
        byte[] bytes = valid.get(random.nextInt(valid.size())).getBytes(StandardCharsets.ISO_8859_1);
        switch (random.nextInt(4)) {
            case 0 -> bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> {
                for (int i = 0; i < 1 + random.nextInt(5); i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            case 2 -> {
                byte[] more = new byte[random.nextInt(9000)];
                random.nextBytes(more);
                byte[] both = java.util.Arrays.copyOf(bytes, bytes.length + more.length);
                System.arraycopy(more, 0, both, bytes.length, more.length);
                bytes = both;
            }
            default -> {
                bytes = new byte[random.nextInt(3000)];
                random.nextBytes(bytes);
            }
        }
        return bytes;
    }

    /** Sends, and goes: politely, half-way, or without a word (a reset). */
    private static void hurl(SocketAddress door, String from, byte[] bytes, Random random) {
        int manner = random.nextInt(3);
        try (SocketChannel channel = connect(door, from)) {
            if (manner == 0 && door instanceof InetSocketAddress) {
                channel.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
            }
            ByteBuffer out = ByteBuffer.wrap(bytes);
            while (out.hasRemaining()) {
                channel.write(out);
            }
            if (manner == 1) {
                channel.shutdownOutput();
                channel.configureBlocking(false);
                channel.read(ByteBuffer.allocate(4096));
            }
        } catch (IOException e) {
            // Closed while we were still talking: as it should be.
        }
    }

    private static SocketChannel connect(SocketAddress door, String from) throws IOException {
        if (!(door instanceof InetSocketAddress)) {
            return SocketChannel.open(door);
        }
        SocketChannel channel = SocketChannel.open();
        channel.bind(new InetSocketAddress(from, 0));
        channel.connect(door);
        return channel;
    }

    /** What the server says first; empty when it closes. */
    private static String greeting(SocketChannel channel) {
        ByteBuffer said = ByteBuffer.allocate(64);
        try {
            return channel.read(said) < 0
                    ? ""
                    : StandardCharsets.ISO_8859_1.decode(said.flip()).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private long cpuMs() {
        return ProcessHandle.of(daemon.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow()
                .toMillis();
    }
}
