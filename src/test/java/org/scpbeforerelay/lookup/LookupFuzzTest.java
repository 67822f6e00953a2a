package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.relay.MailWatch;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayDesk;
import org.scpbeforerelay.relay.RelayQuestion;

/** Mutated requests. A failure names its seed: put it into {@link #SEED} to see it again. */
final class LookupFuzzTest {
    private static final long SEED = 20261122;
    private static final int ROUNDS = 60_000;
    private static final List<String> VALID = List.of(
            Requests.policy("198.51.100.1"),
            Requests.policy("2001:db8::1"),
            "request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=198.51.100.1\n\n",
            Requests.socketmap("relay", "198.51.100.1"),
            Requests.socketmap("access", "connect:ipv6:2001:db8:0:0:0:0:0:1"),
            Requests.tcpTable("198.51.100.1"),
            Requests.tcpTable("198%2E51.100.1"),
            "put 198.51.100.1 OK\n");
    private static final List<String> PIECES = List.of(
            "\n", "\n\n", "=", ":", ",", " ", "%", "0", "get ", "17:", "action=OK\n\n", "client_address=", "\0");

    @TempDir
    Path folder;

    @Test
    void noMutationIsPermittedWithoutALeaseOrStopsTheReading() {
        LookupCodec.Codecs codecs = codecs(new NobodyMayRelay());
        ByteBuffer answers = ByteBuffer.allocate(1 << 20);
        for (int round = 0; round < ROUNDS; round++) {
            long seed = SEED + round;
            byte[] bytes = mutated(new Random(seed));
            answers.clear();
            readAll(codecs, bytes, answers, seed);
            String said = StandardCharsets.ISO_8859_1.decode(answers.flip()).toString();
            assertThat(said)
                    .as("seed " + seed)
                    .doesNotContain("action=OK", "OK permit", "OK RELAY", "200 permit", "action=\n");
        }
    }

    @Test
    void theListenerOutlivesThemAll() throws IOException {
        try (RelayHost host = new RelayHost(folder).ready()) {
            host.lease("gerard/gwaihir", "203.0.113.7");
            for (int round = 0; round < 400; round++) {
                long seed = SEED + round;
                byte[] bytes = mutated(new Random(seed));
                try (Asker hostile = new Asker(round % 2 == 0 ? host.tcp() : host.unix())) {
                    hostile.say(bytes);
                    hostile.endInput();
                    assertThat(hostile.hearAll())
                            .as("seed " + seed)
                            .doesNotContain("action=OK", "OK permit", "OK RELAY", "200 permit", "action=\n");
                } catch (IOException e) {
                    assertThat(e).as("seed " + seed).hasMessageMatching("(?i).*(broken pipe|reset).*");
                }
            }
            try (Asker postfix = new Asker(host.tcp())) {
                assertThat(postfix.ask(Requests.policy("203.0.113.7"), Requests.OK.length()))
                        .isEqualTo(Requests.OK);
            }
        }
    }

    /** As the loop does it; every step must go forward, and being called again must not change the mind. */
    private static void readAll(LookupCodec.Codecs codecs, byte[] bytes, ByteBuffer answers, long seed) {
        int at = 0;
        @Nullable LookupCodec codec = null;
        while (at < bytes.length) {
            if (codec == null) {
                try {
                    codec = codecs.tell(bytes, at, bytes.length);
                } catch (LookupCodec.NoSuchProtocol e) {
                    return;
                }
                if (codec == null) {
                    return;
                }
            }
            int end = codec.answer(bytes, at, bytes.length, answers);
            if (end < 0) {
                return;
            }
            assertThat(end).as("seed " + seed).isGreaterThan(at).isLessThanOrEqualTo(bytes.length);
            at = end;
        }
    }

    private static byte[] mutated(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int requests = 1 + random.nextInt(3);
        for (int i = 0; i < requests; i++) {
            String request = VALID.get(random.nextInt(VALID.size()));
            out.writeBytes(request.getBytes(StandardCharsets.ISO_8859_1));
        }
        byte[] bytes = out.toByteArray();
        int changes = random.nextInt(6);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes = Arrays.copyOf(bytes, at);
                case 2 -> bytes = spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(20)), "");
                case 3 -> bytes = spliced(bytes, at, at, PIECES.get(random.nextInt(PIECES.size())));
                default -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, String piece) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.writeBytes(piece.getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }

    private static LookupCodec.Codecs codecs(RelayDesk desk) {
        LookupStatistics statistics = new LookupStatistics();
        AddressAnswers byAddress = new AddressAnswers(desk, new RoundClock(new RelayHost.Time()), statistics);
        return new LookupCodec.Codecs(
                new PolicyCodec(nobodyMayRelay()), new SocketmapCodec(byAddress), new TcpTableCodec(byAddress));
    }

    /** Answers of a host without a single lease. */
    static PolicyAnswers nobodyMayRelay() {
        return new PolicyAnswers(
                new NobodyMayRelay(),
                null,
                new RoundClock(new RelayHost.Time()),
                new LookupStatistics(),
                LookupSettings.PolicyChoices.DEFAULT,
                MailWatch.NOBODY,
                MailWatch.Door.UNIX);
    }

    /** An empty book, asked without a registry around it. */
    private static final class NobodyMayRelay implements RelayDesk {
        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public RelayDecision decide(RelayQuestion question) {
            return RelayDecision.NOT_PERMITTED;
        }

        @Override
        public Explanation explain(RelayQuestion question) {
            return new Explanation(RelayDecision.NOT_PERMITTED, List.of());
        }
    }
}
