package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.lookup.LookupStatistics.Close;

/** What requests that never end may cost, however many connections begin them and however slowly they come: PITFALL 38. */
@SuppressWarnings("NullAway.Init")
final class UnfinishedRequestsTest {
    private static final int KEPT_MAX = 1 << 20;

    @TempDir
    Path folder;

    private final List<Asker> askers = new ArrayList<>();
    private RelayHost host; // made by each test, by start()

    @AfterEach
    void stop() throws IOException {
        for (Asker asker : askers) {
            asker.close();
        }
        host.close();
    }

    @Test
    void pitfall38_manyHalfRequestsTogetherKeepABoundedNumberOfBytes() throws IOException {
        start(settings -> keeping(settings, KEPT_MAX));
        Asker small = beginning("request=smtpd_access_policy\n", host.unix());
        Asker smallToo = beginning("get 203.0.", host.tcp());
        int crowd = 60;
        for (int i = 0; i < crowd; i++) {
            begin("helo_name=" + "x".repeat(60_000), i % 2 == 0 ? host.unix() : host.tcp());
        }
        int fit = KEPT_MAX / 60_000;
        await().until(() -> closed(Close.UNFINISHED) >= crowd - fit);
        assertThat(closed(Close.UNFINISHED)).isLessThan(crowd);
        // Whoever keeps little goes on where it was.
        assertThat(small.ask(Requests.policy("203.0.113.7"), Requests.OK.length()))
                .isEqualTo(Requests.OK);
        assertThat(smallToo.ask("113.7\n", "200 permit\n".length())).isEqualTo("200 permit\n");
    }

    @Test
    void answersThatNobodyTakesCountToo() throws IOException {
        start(settings -> keeping(settings, 200_000));
        Asker postfix = connect(host.unix());
        String request = Requests.socketmap("other", "203.0.113.7"); // its answer is longer than the question
        ByteBuffer many = ByteBuffer.wrap(request.repeat(1000).getBytes(StandardCharsets.ISO_8859_1));
        List<Asker> deaf = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            deaf.add(connect(host.unix()));
        }
        await().until(() -> {
            for (Asker asker : deaf) {
                sayMore(asker, many);
            }
            return closed(Close.UNFINISHED) > 0;
        });
        assertThat(postfix.ask(Requests.policy("203.0.113.7"), Requests.OK.length()))
                .isEqualTo(Requests.OK);
    }

    /** As long as the other end takes something, and is there. */
    private static void sayMore(Asker asker, ByteBuffer many) {
        try {
            while (asker.offer(many) > 0) {
                if (!many.hasRemaining()) {
                    many.rewind();
                }
            }
        } catch (IOException e) {
            // Closed: that is what is waited for.
        }
    }

    @Test
    void aRequestThatIsNotWholeAfterHalfAMinuteEndsItsConnection() throws IOException {
        start(settings -> settings);
        Asker slow = beginning("request=smtpd_access_policy\n", host.unix());
        Asker stuck = beginning("request=smtpd_access_policy\n", host.unix());
        Asker idle = connect(host.unix());
        assertPermitted(idle);
        host.time.passMs(LookupLoop.UNFINISHED_MS_MAX - 1);
        assertThat(slow.ask(Requests.policy("203.0.113.7"), Requests.OK.length()))
                .isEqualTo(Requests.OK);
        stuck.say("protocol_state=RCPT\n"); // a sign of life does not count
        host.time.passMs(1);
        assertThat(stuck.isClosed()).isTrue();
        assertThat(closed(Close.UNFINISHED)).isEqualTo(1);
        assertPermitted(idle);
        assertPermitted(slow);
    }

    @Test
    void eachRequestHasItsOwnHalfMinute() throws IOException {
        start(settings -> settings);
        Asker busy = beginning("request=smtpd_", host.tcp());
        for (int i = 0; i < 5; i++) {
            host.time.passMs(LookupLoop.UNFINISHED_MS_MAX - 1);
            // The end of one and the beginning of the next in one piece.
            assertThat(busy.ask("access_policy\n\nrequest=smtpd_", Requests.DUNNO.length()))
                    .isEqualTo(Requests.DUNNO);
        }
    }

    private static LookupSettings keeping(LookupSettings settings, long bytes) {
        return new LookupSettings(
                settings.listen(), settings.policy(), settings.connectionsMax(), settings.idleMs(), bytes);
    }

    private void start(UnaryOperator<LookupSettings> otherwise) throws IOException {
        host = new RelayHost(folder, otherwise).ready();
        host.lease("gerard/gwaihir", "203.0.113.7");
    }

    private long closed(Close why) {
        return host.listener().statistics().closed(why);
    }

    private Asker connect(ListenAddress door) throws IOException {
        Asker asker = new Asker(door);
        askers.add(asker);
        return asker;
    }

    private void begin(String bytes, ListenAddress door) throws IOException {
        try {
            connect(door).say(bytes);
        } catch (IOException e) {
            // Closed for want of room while it was still talking.
        }
    }

    /** A connection of which this beginning has been read: the answer to what came before it in the same piece is out. */
    private Asker beginning(String bytes, ListenAddress door) throws IOException {
        Asker asker = connect(door);
        boolean tcpTable = bytes.startsWith("get ");
        String whole = tcpTable ? "get x\n" : "request=x\n\n";
        String answer = tcpTable ? "500 not-authorised\n" : Requests.DUNNO;
        assertThat(asker.ask(whole + bytes, answer.length())).isEqualTo(answer);
        return asker;
    }

    private static void assertPermitted(Asker asker) throws IOException {
        assertThat(asker.ask(Requests.policy("203.0.113.7"), Requests.OK.length()))
                .isEqualTo(Requests.OK);
    }
}
