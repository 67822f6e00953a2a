package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.source.ssh.AnnouncingClient;
import org.scpbeforerelay.source.ssh.AnnouncingClient.Copy;
import org.scpbeforerelay.source.ssh.Stranger;

/** Strangers with no key at the SSH port of a daemon with little memory. */
@Tag("e2e")
final class FloodStoryTest {
    private static final int MEGABYTES_OF_EACH = 20;
    private static final int NOBODYS_MESSAGE = 192;

    @TempDir
    Path folder;

    private KeyPair key;
    private LocalDaemon daemon;

    @BeforeEach
    void prepare() throws Exception {
        key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
        daemon = new LocalDaemon(folder);
        daemon.user("gerard", key, "");
        daemon.start(
                List.of(), Map.of("JAVA_TOOL_OPTIONS", "-XX:+ExitOnOutOfMemoryError")); // as lib/jvm.options has it
    }

    @AfterEach
    void end() {
        daemon.close();
    }

    @Test
    void whoTalksAndNeverReadsDoesNotFillTheMemory() throws Exception {
        for (int i = 1; i <= 4; i++) {
            try (Stranger stranger = new Stranger(daemon.ssh(), "127.9.0." + i)) {
                talk(stranger);
            }
        }
        assertThat(daemon.isAlive()).isTrue();
        assertWorks();
    }

    /** With a key of the right length that is none, the library fails, and says so with a trace. */
    @Test
    void aWrongKeyExchangeIsNoLineOfTheLog() throws Exception {
        for (int i = 1; i <= 3; i++) {
            try (Stranger stranger = new Stranger(daemon.ssh(), "127.9.1." + i)) {
                assertThat(stranger.hear()).isEqualTo(20);
                stranger.proposeExchange("mlkem768x25519-sha256");
                byte[] noKey = new byte[1184 + 32];
                Arrays.fill(noKey, (byte) 0xff);
                stranger.exchange(30, noKey);
                stranger.hearAll();
            }
        }
        assertWorks();
        assertThat(daemon.log()).doesNotContain("ERROR", "\tat ");
    }

    private static void talk(Stranger stranger) {
        try {
            for (int sent = 0; sent < MEGABYTES_OF_EACH << 20; sent += 16 * 1000) {
                stranger.repeat(1000, NOBODYS_MESSAGE, (byte) 'x', (byte) 'x');
            }
        } catch (IOException e) {
            // Closed while we were still talking: as it should be.
        }
    }

    private void assertWorks() throws IOException {
        try (AnnouncingClient client = new AnnouncingClient(daemon.ssh(), key)) {
            assertThat(client.scp("gerard", "gwaihir-ip", "auto\n", new InetSocketAddress("127.5.0.1", 0)))
                    .isEqualTo(new Copy(0, ""));
        }
    }
}
