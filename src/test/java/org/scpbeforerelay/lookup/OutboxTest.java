package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OutboxTest {
    private final List<Connection> broken = new ArrayList<>();
    private final Outbox outbox = new Outbox(broken::add);
    private final List<SocketChannel> channels = new ArrayList<>();
    private ServerSocketChannel server;
    private ListenAddress door;

    /** Both ends of one connection. */
    private record Pair(SocketChannel asker, Connection connection) {
        String heard(int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining()) {
                if (asker.read(bytes) < 0) {
                    break;
                }
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
        }
    }

    @BeforeEach
    void open() throws IOException {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        door = new ListenAddress.Tcp((InetSocketAddress) server.getLocalAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    private Pair pair() throws IOException {
        SocketChannel asker = SocketChannel.open(server.getLocalAddress());
        SocketChannel accepted = server.accept();
        channels.add(asker);
        channels.add(accepted);
        accepted.configureBlocking(false);
        return new Pair(asker, new Connection(accepted, door, new KeptBytes(1 << 20), 0));
    }

    private void answer(Pair pair, String... answers) {
        outbox.begin();
        for (String answer : answers) {
            outbox.bytes().put(answer.getBytes(StandardCharsets.US_ASCII));
        }
        outbox.put(pair.connection());
    }

    @Test
    void eachConnectionGetsItsOwnAnswersInOrder() throws IOException {
        Pair first = pair();
        Pair second = pair();
        Pair third = pair();
        answer(first, "one,", "two,");
        answer(second);
        answer(third, "three,");
        outbox.empty();
        answer(second, "four,");
        answer(first, "five,");
        outbox.empty();
        assertThat(first.heard(13)).isEqualTo("one,two,five,");
        assertThat(second.heard(5)).isEqualTo("four,");
        assertThat(third.heard(6)).isEqualTo("three,");
    }

    @Test
    void whatWasWrittenForARequestThatFailedIsSentToNobody() throws IOException {
        Pair first = pair();
        Pair second = pair();
        answer(first, "one,");
        outbox.begin();
        outbox.bytes().put("half an ans".getBytes(StandardCharsets.US_ASCII)); // and then an exception
        answer(second, "two,");
        outbox.empty();
        assertThat(first.heard(4)).isEqualTo("one,");
        assertThat(second.heard(4)).isEqualTo("two,");
    }

    @Test
    void aConnectionThatIsClosedOrBreaksTakesNoOthersAnswer() throws IOException {
        Pair closed = pair();
        Pair reset = pair();
        Pair well = pair();
        closed.connection().channel.close();
        reset.asker().setOption(StandardSocketOptions.SO_LINGER, 0);
        reset.asker().close();
        answer(closed, "one,");
        answer(reset, "two,");
        answer(well, "three,");
        outbox.empty();
        assertThat(well.heard(6)).isEqualTo("three,");
        assertThat(broken).containsExactly(reset.connection());
    }

    @Test
    void itIsFullBeforeAnAnswerWouldNotFit() throws IOException {
        Pair pair = pair();
        byte[] longest = new byte[LookupCodec.ANSWER_MAX];
        outbox.begin();
        int written = 0;
        while (!outbox.isFull()) {
            outbox.bytes().put(longest);
            written += longest.length;
        }
        outbox.put(pair.connection());
        outbox.empty();
        assertThat(pair.heard(written)).hasSize(written);
        assertThat(outbox.isFull()).isFalse();
    }

    @Test
    void itIsFullBeforeTooManyWaitForIt() throws IOException {
        List<Pair> pairs = new ArrayList<>();
        while (!outbox.isFull()) {
            Pair pair = pair();
            pairs.add(pair);
            answer(pair, "answer " + pairs.size());
        }
        assertThat(pairs).hasSizeBetween(16, 256);
        outbox.empty();
        for (int i = 1; i <= pairs.size(); i++) {
            String answer = "answer " + i;
            assertThat(pairs.get(i - 1).heard(answer.length())).isEqualTo(answer);
        }
    }
}
