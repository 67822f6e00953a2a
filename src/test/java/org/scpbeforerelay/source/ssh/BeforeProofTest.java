package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.sshd.common.SshConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may say before it has proved who it is, and how much. */
@Tag("e2e")
final class BeforeProofTest {
    @TempDir
    Path folder;

    private EndpointRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new EndpointRig(folder, 60_000, 200, Duration.ofMinutes(10)); // it is not the time that closes
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    /** Messages of services, of channels, of nobody. */
    @ParameterizedTest
    @ValueSource(ints = {6, 8, 9, 25, 51, 60, 80, 90, 94, 98, 192, 255})
    void aMessageThatDoesNotBelongThereEndsTheConnectionAndIsNotAnswered(int type) throws Exception {
        try (Stranger stranger = stranger()) {
            stranger.say(type, (byte) 'x', (byte) 'x');
            assertThat(stranger.hear()).isEqualTo(SshConstants.SSH_MSG_KEXINIT);
            assertThat(stranger.hear()).isEqualTo(SshConstants.SSH_MSG_DISCONNECT);
            assertThat(stranger.hear()).isEqualTo(Stranger.NOTHING);
        }
    }

    @Test
    void moreThanAnyClientNeedsToSayEndsTheConnection() throws Exception {
        try (Stranger stranger = stranger()) {
            assertThat(stranger.hear()).isEqualTo(SshConstants.SSH_MSG_KEXINIT);
            flood(stranger);
            assertThat(stranger.hear()).isEqualTo(Stranger.NOTHING);
        }
    }

    @Test
    void aPacketThatIsLongerThanTheProtocolAsksForEndsTheConnection() throws Exception {
        try (Stranger stranger = stranger()) {
            assertThat(stranger.hear()).isEqualTo(SshConstants.SSH_MSG_KEXINIT);
            stranger.begin(40_000, 100);
            assertThat(stranger.hear()).isEqualTo(Stranger.NOTHING);
        }
    }

    @Test
    void aServiceIsAskedForOnceOrTheTimeToProveItselfWouldBeginAnewEachTime() throws Exception {
        try (StubbornClient client =
                        new StubbornClient(rig.endpoint.boundAddresses().getFirst());
                StubbornClient.Line line = client.connect("gerard")) {
            line.goDeaf();
            for (int i = 0; i < 2; i++) {
                var ask = line.message(SshConstants.SSH_MSG_SERVICE_REQUEST);
                ask.putString("ssh-userauth");
                line.say(ask);
            }
            assertThat(line.waitForEnd()).isTrue();
        }
    }

    @Test
    void noOtherServiceIsToBeHadAfterTheProof() throws Exception {
        var key = AnnouncingClient.makeKey();
        rig.user("gerard", true, AnnouncingClient.line(key));
        try (StubbornClient client =
                        new StubbornClient(rig.endpoint.boundAddresses().getFirst());
                StubbornClient.Line line = client.connect("gerard", key)) {
            line.goDeaf();
            var ask = line.message(SshConstants.SSH_MSG_SERVICE_REQUEST);
            ask.putString("ssh-connection");
            line.say(ask);
            assertThat(line.waitForEnd()).isTrue();
        }
    }

    private Stranger stranger() throws IOException {
        return new Stranger(rig.endpoint.boundAddresses().getFirst(), "127.0.0.1");
    }

    /** Messages that ask for no answer. */
    private static void flood(Stranger stranger) {
        try {
            for (int i = 0; i < 100; i++) {
                stranger.repeat(100, SshConstants.SSH_MSG_IGNORE, new byte[30]);
            }
        } catch (IOException e) {
            // Closed while we were still talking: as it should be.
        }
    }
}
