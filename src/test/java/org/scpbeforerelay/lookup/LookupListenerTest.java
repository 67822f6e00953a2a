package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.lookup.LookupStatistics.Close;

@SuppressWarnings("NullAway.Init")
final class LookupListenerTest {
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
    void answersAThousandConnectionsOfWhichMostAreIdle() throws IOException {
        start(settings -> settings);
        for (int i = 0; i < 1000; i++) {
            Asker asker = connect(i % 2 == 0 ? host.tcp() : host.unix());
            if (i % 10 == 0) {
                assertPermitted(asker);
            }
        }
        await().until(() -> host.listener().statistics().open() == 1000);
        assertPermitted(askers.get(0));
        assertPermitted(askers.get(1));
        assertPermitted(askers.get(999));
    }

    @Test
    void aConnectionIsClosedAfterFiveIdleMinutesAndNotBefore() throws IOException {
        start(settings -> settings);
        Asker idle = connect(host.unix());
        Asker busy = connect(host.unix());
        assertPermitted(idle);
        host.time.passMs(LookupSettings.IDLE_MS_DEFAULT - 1);
        assertPermitted(busy);
        host.time.passMs(1);
        assertThat(idle.isClosed()).isTrue();
        assertThat(host.listener().statistics().closed(Close.IDLE)).isEqualTo(1);
        assertThat(busy.ask(Requests.policy("203.0.113.8"), Requests.DUNNO.length()))
                .isEqualTo(Requests.DUNNO);
    }

    @Test
    void aPeerThatDoesNotReadIsNotReadFromEither() throws IOException {
        start(settings -> settings);
        Asker deaf = connect(host.unix());
        String request = Requests.socketmap("other", "203.0.113.7"); // its answer is longer than the question
        byte[] many = request.repeat(1000).getBytes(StandardCharsets.ISO_8859_1);
        long sent = 0;
        int stalled = 0;
        ByteBuffer bytes = ByteBuffer.wrap(many);
        while (stalled < 2000 && sent < 200_000_000) {
            int taken = deaf.offer(bytes);
            sent += taken;
            stalled = taken == 0 ? stalled + 1 : 0;
            if (!bytes.hasRemaining()) {
                bytes.rewind();
            }
            Thread.onSpinWait();
        }
        // What it was allowed to send lies in the kernel's buffers and in one bounded rest.
        assertThat(sent).isLessThan(4_000_000);
        assertPermitted(connect(host.unix()));

        long whole = sent / request.length();
        String answer = Requests.netstring("PERM unknown map: relay and access are served here");
        String all = deaf.hear((int) (whole * answer.length()));
        assertThat(all).isEqualTo(answer.repeat((int) whole));
    }

    @Test
    void ofManyThatAskAtOnceEachGetsItsOwnAnswer() throws IOException {
        start(settings -> settings);
        for (int i = 0; i < 300; i++) {
            connect(i % 2 == 0 ? host.tcp() : host.unix());
        }
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 300; i++) {
                askers.get(i).say(Requests.policy("203.0.113." + (i + round) % 9));
            }
            for (int i = 0; i < 300; i++) {
                String answer = (i + round) % 9 == 7 ? Requests.OK : Requests.DUNNO;
                assertThat(askers.get(i).hear(answer.length())).isEqualTo(answer);
            }
        }
    }

    @Test
    void manyRequestsInOnePieceAreAnsweredInOrder() throws IOException {
        start(settings -> settings);
        Asker asker = connect(host.tcp());
        StringBuilder requests = new StringBuilder();
        StringBuilder answers = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            requests.append(Requests.policy("203.0.113." + i % 9));
            answers.append(i % 9 == 7 ? Requests.OK : Requests.DUNNO);
        }
        Thread.ofVirtual().start(() -> {
            try {
                asker.say(requests.toString());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(asker.hear(answers.length())).isEqualTo(answers.toString());
    }

    @Test
    void atTheLimitTheLongestIdleConnectionMakesRoom() throws IOException {
        start(settings -> new LookupSettings(
                settings.listen(), settings.policy(), 3, settings.idleMs(), settings.keptBytesMax()));
        Asker first = connect(host.tcp());
        assertPermitted(first);
        Asker second = connect(host.tcp());
        assertPermitted(second);
        Asker third = connect(host.tcp());
        assertPermitted(third);
        host.time.passMs(10);
        assertPermitted(first);
        assertPermitted(third);
        assertPermitted(connect(host.tcp()));
        assertThat(second.isClosed()).isTrue();
        assertPermitted(first);
        assertPermitted(third);
        assertThat(host.listener().statistics().closed(Close.FOR_ROOM)).isEqualTo(1);
    }

    @Test
    void countsWhatItAnswers() throws IOException {
        start(settings -> settings);
        Asker policy = connect(host.unix());
        assertPermitted(policy);
        policy.ask(Requests.policy("203.0.113.8"), Requests.DUNNO.length());
        policy.ask(Requests.policy("unknown"), Requests.DUNNO.length());
        Asker socketmap = connect(host.unix());
        socketmap.ask(Requests.socketmap("relay", "203.0.113.7"), "9:OK permit,".length());
        Asker tcpTable = connect(host.unix());
        tcpTable.ask("put a b\n", "500 read-only\n".length());
        Asker hostile = connect(host.unix());
        hostile.say("\0");
        assertThat(hostile.isClosed()).isTrue();

        LookupStatistics counted = host.listener().statistics();
        assertThat(counted.answers(LookupProtocol.POLICY, LookupAnswer.PERMIT)).isEqualTo(1);
        assertThat(counted.answers(LookupProtocol.POLICY, LookupAnswer.NOT_AUTHORISED))
                .isEqualTo(1);
        assertThat(counted.answers(LookupProtocol.POLICY, LookupAnswer.NO_ADDRESS))
                .isEqualTo(1);
        assertThat(counted.answers(LookupProtocol.SOCKETMAP, LookupAnswer.PERMIT))
                .isEqualTo(1);
        assertThat(counted.answers(LookupProtocol.TCP_TABLE, LookupAnswer.UNSUPPORTED))
                .isEqualTo(1);
        assertThat(counted.answers()).isEqualTo(5);
        assertThat(counted.closed(Close.MALFORMED)).isEqualTo(1);
        assertThat(counted.accepted()).isEqualTo(4);
        assertThat(counted.open()).isEqualTo(3);
    }

    @Test
    void closingEndsConnectionsAndTakesTheSocketFileAway() throws IOException {
        start(settings -> settings);
        Asker asker = connect(host.unix());
        assertPermitted(asker);
        host.close();
        assertThat(asker.isClosed()).isTrue();
        assertThat(folder.resolve("policy")).doesNotExist();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void opensAllAddressesOrNone() throws IOException {
        start(settings -> settings);
        Path other = folder.resolve("other");
        InetSocketAddress taken = ((ListenAddress.Tcp) host.tcp()).address();
        LookupListener second = new LookupListener(
                LookupSettings.of(
                        List.of(new ListenAddress.Unix(other, null), new ListenAddress.Tcp(taken)),
                        LookupSettings.PolicyChoices.DEFAULT),
                host.registry,
                host.time,
                null,
                host.watched);
        assertThatThrownBy(second::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + taken.getPort())
                .hasMessageContaining("[lookup] listen");
        assertThat(other).doesNotExist();
        assertThat(second.boundAddresses()).isEmpty();
        assertPermitted(connect(host.tcp()));
    }

    private void start(UnaryOperator<LookupSettings> otherwise) throws IOException {
        host = new RelayHost(folder, otherwise).ready();
        host.lease("gerard/gwaihir", "203.0.113.7");
        assertThat(Files.exists(folder.resolve("policy"))).isTrue();
    }

    private Asker connect(ListenAddress door) throws IOException {
        Asker asker = new Asker(door);
        askers.add(asker);
        return asker;
    }

    private static void assertPermitted(Asker asker) throws IOException {
        assertThat(asker.ask(Requests.policy("203.0.113.7"), Requests.OK.length()))
                .isEqualTo(Requests.OK);
    }
}
