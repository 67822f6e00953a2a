package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients with a key that ask and do not read: they take no memory and no thread that others need. */
@Tag("e2e")
final class UnreadAnswersTest {
    private static final int QUESTIONS_MAX = 400_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SFTP_INIT = 1;
    private static final int SFTP_REALPATH = 16;

    /** More than the endpoint has threads of either kind. */
    private static final int CROWD = 2 * Math.max(4, Runtime.getRuntime().availableProcessors()) + 1;

    @TempDir
    Path folder;

    private final KeyPair key = AnnouncingClient.makeKey();
    private final LoggedLines log = LoggedLines.of(Doorkeeper.class);
    private EndpointRig rig;
    private StubbornClient client;

    @BeforeEach
    void start() throws Exception {
        rig = new EndpointRig(folder);
        rig.user("gerard", true, AnnouncingClient.line(key), rig.makeKey("key"));
        client = new StubbornClient(rig.endpoint.boundAddresses().getFirst());
    }

    @AfterEach
    void stop() {
        client.close();
        rig.close();
        log.close();
    }

    /** What is answered without any command. */
    enum Question {
        GLOBAL_REQUEST(SshConstants.SSH_MSG_GLOBAL_REQUEST, "x@example.org", true),
        KEEP_ALIVE(SshConstants.SSH_MSG_GLOBAL_REQUEST, "keepalive@openssh.com", true),
        REFUSED_CHANNEL(SshConstants.SSH_MSG_CHANNEL_OPEN, "direct-tcpip", false),
        UNKNOWN_MESSAGE(192, "x", false);

        private final int type;
        private final String name;
        private final boolean wantsReply;

        Question(int type, String name, boolean wantsReply) {
            this.type = type;
            this.name = name;
            this.wantsReply = wantsReply;
        }

        Buffer asked(StubbornClient.Line line) {
            Buffer message = line.message(type);
            message.putString(name);
            message.putBoolean(wantsReply);
            message.putRawBytes(new byte[12]);
            return message;
        }
    }

    @ParameterizedTest
    @EnumSource(Question.class)
    void whoAsksAndDoesNotReadIsClosedBeforeItsAnswersFillTheMemory(Question question) throws Exception {
        StubbornClient.Line line = connect();
        line.stopReading();
        int asked = 0;
        try {
            while (asked < QUESTIONS_MAX && rig.endpoint.connectionCount() == 1) {
                for (int i = 0; i < 99; i++) {
                    line.say(question.asked(line));
                }
                line.say(question.asked(line)).verify(PATIENCE);
                asked += 100;
            }
        } catch (IOException e) {
            // Closed while we were still asking: as it should be.
        }
        await().atMost(PATIENCE).until(() -> rig.endpoint.connectionCount() == 0);
        assertThat(asked).isLessThan(QUESTIONS_MAX);
        assertThat(log.lines()).singleElement().asString().contains("does not read");
    }

    @Test
    void whoseWindowNeverOpensIsClosedAndHoldsUpNobodyElse() throws Exception {
        for (int i = 0; i < CROWD; i++) {
            StubbornClient.Line line = connect();
            line.goDeaf();
            line.openChannel(0, 100);
            line.ask(0, "subsystem", "sftp");
            line.data(0, StubbornClient.Line.sftp(SFTP_INIT, ""));
            for (int question = 0; question < 200; question++) {
                line.data(0, StubbornClient.Line.sftp(SFTP_REALPATH, "x".repeat(1000)));
            }
        }
        assertThat(rig.ssh("key", "gerard", "-oConnectTimeout=20", "announce").status())
                .isZero();
        await().atMost(PATIENCE).until(() -> rig.endpoint.connectionCount() == 0);
    }

    @Test
    void aKeyExchangeThatNeverEndsHoldsUpNobodyElse() throws Exception {
        for (int i = 0; i < CROWD; i++) {
            StubbornClient.Line line = connect();
            line.beginExchange();
            line.openChannel(0, 100_000);
            line.ask(0, "exec", "announce --device d" + i % 8);
        }
        await().atMost(PATIENCE).until(() -> rig.registry.book().size() == 8);
        assertThat(rig.ssh("key", "gerard+d0", "-oConnectTimeout=20", "announce")
                        .status())
                .isZero();
    }

    @Test
    void whatWaitsForTheEndOfAKeyExchangeIsBoundedToo() throws Exception {
        StubbornClient.Line line = connect();
        line.beginExchange();
        try {
            for (int i = 0; i < 20_000 && rig.endpoint.connectionCount() == 1; i++) {
                line.say(Question.GLOBAL_REQUEST.asked(line)).verify(PATIENCE);
            }
        } catch (IOException e) {
            // Closed while we were still asking: as it should be.
        }
        await().atMost(PATIENCE).until(() -> rig.endpoint.connectionCount() == 0);
    }

    /** Each within its bounds: ten channels with the beginning of a large packet. */
    @Test
    void allConnectionsOfAUserTogetherMayLeaveSoMuchUnfinished() throws Exception {
        rig.user("frodo", true, rig.makeKey("other"));
        int opened = 0;
        while (opened < 80 && rig.endpoint.connectionCount() == opened) {
            leaveUnfinished(connect());
            opened++;
        }
        int most = opened;
        await().atMost(PATIENCE).until(() -> rig.endpoint.connectionCount() < most);
        assertThat(log.lines()).singleElement().asString().contains("of gerard", "leaves more unfinished");
        assertThat(rig.ssh("other", "frodo", "help").status()).isZero();
        assertThat(rig.ssh("key", "gerard", "announce").status())
                .as("what the closed connection had is given back")
                .isZero();
    }

    private static void leaveUnfinished(StubbornClient.Line line) {
        byte[] part = new byte[30_000];
        part[2] = (byte) 0xf0; // 61,440 bytes
        try {
            line.goDeaf();
            for (int channel = 0; channel < 10; channel++) {
                line.openChannel(channel, 100_000);
                line.ask(channel, "subsystem", "sftp");
                line.data(channel, part);
                line.data(channel, new byte[30_000]);
            }
            line.say(Question.UNKNOWN_MESSAGE.asked(line)).verify(PATIENCE);
        } catch (IOException e) {
            // Closed while we were still talking: as it should be.
        }
    }

    @Test
    void dataOnAChannelWithoutACommandEndsTheConnection() throws Exception {
        StubbornClient.Line line = connect();
        line.goDeaf();
        line.openChannel(0, 100_000);
        line.data(0, new byte[1000]);
        assertThat(line.waitForEnd()).isTrue();
    }

    private StubbornClient.Line connect() throws IOException {
        return client.connect("gerard", key);
    }
}
