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
                line.say(question.asked(line)).verify(Duration.ofSeconds(10));
                asked += 100;
            }
        } catch (IOException e) {
            // Closed while we were still asking: as it should be.
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.endpoint.connectionCount() == 0);
        assertThat(asked).isLessThan(QUESTIONS_MAX);
        assertThat(log.lines()).singleElement().asString().contains("does not read");
    }

    @Test
    void whoseWindowNeverOpensIsClosedAndHoldsUpNobodyElse() throws Exception {
        for (int i = 0; i < CROWD; i++) {
            StubbornClient.Line line = connect();
            line.goDeaf();
            line.openChannel("session", 100);
            line.ask("subsystem", "sftp");
            line.data(StubbornClient.Line.sftp(SFTP_INIT, ""));
            for (int question = 0; question < 200; question++) {
                line.data(StubbornClient.Line.sftp(SFTP_REALPATH, "x".repeat(1000)));
            }
        }
        assertThat(rig.ssh("key", "gerard", "-oConnectTimeout=10", "announce").status())
                .isZero();
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.endpoint.connectionCount() == 0);
    }

    @Test
    void aKeyExchangeThatNeverEndsHoldsUpNobodyElse() throws Exception {
        for (int i = 0; i < CROWD; i++) {
            StubbornClient.Line line = connect();
            line.beginExchange();
            line.openChannel("session", 100_000);
            line.ask("exec", "announce --device d" + i % 8);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.registry.book().size() == 8);
        assertThat(rig.ssh("key", "gerard+d0", "-oConnectTimeout=10", "announce")
                        .status())
                .isZero();
    }

    @Test
    void whatWaitsForTheEndOfAKeyExchangeIsBoundedToo() throws Exception {
        StubbornClient.Line line = connect();
        line.beginExchange();
        try {
            for (int i = 0; i < 20_000 && rig.endpoint.connectionCount() == 1; i++) {
                line.say(Question.GLOBAL_REQUEST.asked(line)).verify(Duration.ofSeconds(10));
            }
        } catch (IOException e) {
            // Closed while we were still asking: as it should be.
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.endpoint.connectionCount() == 0);
    }

    private StubbornClient.Line connect() throws IOException {
        return client.connect("gerard", key);
    }
}
