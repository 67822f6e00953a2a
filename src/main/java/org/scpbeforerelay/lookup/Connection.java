package org.scpbeforerelay.lookup;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/**
 * One mail server process that asks. Between requests it keeps no bytes: only the beginning of a request that is not all there,
 * and answers that the peer does not take. While it has such answers nothing is read from it, so both are bounded.
 */
final class Connection {
    private static final byte[] NOTHING = {};
    private static final int ROOM_MIN = 256;

    final SocketChannel channel;
    final ListenAddress door;

    /** By the first bytes; null until they have come. */
    @Nullable
    LookupCodec codec;

    /** When it last got something across, by the monotonic clock. */
    long activeMs;

    private @Nullable SelectionKey key;
    private byte[] rest = NOTHING;
    private int restLength;
    private @Nullable ByteBuffer unsent;

    Connection(SocketChannel channel, ListenAddress door, long nowMs) {
        this.channel = channel;
        this.door = door;
        this.activeMs = nowMs;
    }

    void registeredAs(SelectionKey newKey) {
        key = newKey;
    }

    /** The bytes of a request that is not all there; {@link #restLength} of them. */
    byte[] rest() {
        return rest;
    }

    int restLength() {
        return restLength;
    }

    /** Adds bytes to the rest. */
    void append(ByteBuffer bytes) {
        int length = restLength + bytes.remaining();
        if (length > rest.length) {
            rest = Arrays.copyOf(rest, Math.max(length + ROOM_MIN, rest.length * 2));
        }
        bytes.get(rest, restLength, bytes.remaining());
        restLength = length;
    }

    /** Keeps what was not answered. {@code bytes} may be the rest itself. */
    void keep(byte[] bytes, int from, int to) {
        restLength = to - from;
        if (restLength == 0) {
            rest = NOTHING;
        } else if (bytes == rest) {
            System.arraycopy(bytes, from, rest, 0, restLength);
        } else {
            rest = new byte[restLength + ROOM_MIN];
            System.arraycopy(bytes, from, rest, 0, restLength);
        }
    }

    /**
     * Sends answers. What the peer does not take is kept, and nothing is read until it is gone.
     */
    void send(ByteBuffer answers) throws IOException {
        channel.write(answers);
        if (answers.hasRemaining()) {
            unsent = ByteBuffer.allocate(answers.remaining()).put(answers).flip();
            interest(SelectionKey.OP_WRITE);
        }
    }

    /** Whether the peer has taken all that was sent. */
    boolean hasSentAll() {
        return unsent == null;
    }

    /** Sends on what was kept; whether all went out. */
    boolean sendOn() throws IOException {
        ByteBuffer waiting = unsent;
        if (waiting != null) {
            channel.write(waiting);
            if (waiting.hasRemaining()) {
                return false;
            }
            unsent = null;
            interest(SelectionKey.OP_READ);
        }
        return true;
    }

    /** Who is at the other end, as far as a log line needs it: the address without its port, or the socket's path. */
    String peer() {
        try {
            SocketAddress remote = channel.getRemoteAddress();
            if (remote instanceof InetSocketAddress inet && inet.getAddress() != null) {
                return ClientAddress.of(inet.getAddress()).toString();
            }
        } catch (IOException e) {
            // Gone already: the door has to do.
        }
        return door.toString();
    }

    private void interest(int operations) {
        SelectionKey mine = key;
        if (mine != null) {
            mine.interestOps(operations);
        }
    }
}
