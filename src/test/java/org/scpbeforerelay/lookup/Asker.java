package org.scpbeforerelay.lookup;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A mail server's end of a connection. Bytes are written one character each (ISO 8859-1). */
final class Asker implements AutoCloseable {
    private static final long PATIENCE_MS = 10_000;

    private final SocketChannel channel;
    private final Selector selector;

    Asker(ListenAddress door) throws IOException {
        channel = SocketChannel.open(socketAddress(door));
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    static SocketAddress socketAddress(ListenAddress door) {
        return switch (door) {
            case ListenAddress.Tcp tcp -> tcp.address();
            case ListenAddress.Unix unix -> UnixDomainSocketAddress.of(unix.path());
        };
    }

    void say(String bytes) throws IOException {
        say(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    void say(byte[] bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** Sends as much as the other end takes at once; how much it was. */
    int offer(ByteBuffer bytes) throws IOException {
        return channel.write(bytes);
    }

    void endInput() throws IOException {
        channel.shutdownOutput();
    }

    /** So many bytes of answer, fewer only when the connection is closed before. */
    String hear(int count) throws IOException {
        return hear(count, PATIENCE_MS);
    }

    /** All that comes until the connection is closed. */
    String hearAll() throws IOException {
        return hear(Integer.MAX_VALUE, PATIENCE_MS);
    }

    /** How many bytes of answer have come by now. */
    int hearNow() throws IOException {
        return Math.max(0, channel.read(ByteBuffer.allocate(LookupCodec.ANSWER_MAX)));
    }

    /** Whether the other end has closed the connection, with nothing said before. */
    boolean isClosed() throws IOException {
        return hearAll().isEmpty();
    }

    String ask(String request, int answerLength) throws IOException {
        say(request);
        return hear(answerLength);
    }

    private String hear(int count, long patienceMs) throws IOException {
        StringBuilder heard = new StringBuilder();
        ByteBuffer in = ByteBuffer.allocate(Math.min(count, 65_536));
        long until = System.nanoTime() + patienceMs * 1_000_000;
        while (heard.length() < count) {
            in.clear().limit(Math.min(in.capacity(), count - heard.length()));
            int n;
            try {
                n = channel.read(in);
            } catch (IOException e) {
                break; // reset: closed with bytes unread
            }
            if (n < 0) {
                break;
            }
            heard.append(StandardCharsets.ISO_8859_1.decode(in.flip()));
            long leftMs = (until - System.nanoTime()) / 1_000_000;
            if (n == 0) {
                if (leftMs <= 0) {
                    throw new IOException("nothing more within " + patienceMs + " ms after: " + heard);
                }
                selector.select(leftMs);
                selector.selectedKeys().clear();
            }
        }
        return heard.toString();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
