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

    /** When the request began of which {@link #rest} is the beginning; of no meaning without one. */
    long unfinishedSinceMs;

    private final KeptBytes keptByAll;
    private @Nullable SelectionKey key;
    private byte[] rest = NOTHING;
    private int restLength;
    private @Nullable ByteBuffer unsent;
    private boolean closed;

    Connection(SocketChannel channel, ListenAddress door, KeptBytes keptByAll, long nowMs) {
        this.channel = channel;
        this.door = door;
        this.keptByAll = keptByAll;
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

    /** How much memory it takes for bytes that wait. */
    int kept() {
        ByteBuffer waiting = unsent;
        return rest.length + (waiting == null ? 0 : waiting.capacity());
    }

    /** Adds bytes to the rest. */
    void append(ByteBuffer bytes) {
        int length = restLength + bytes.remaining();
        if (length > rest.length) {
            keep(Arrays.copyOf(rest, Math.max(length + ROOM_MIN, rest.length * 2)), unsent);
        }
        bytes.get(rest, restLength, bytes.remaining());
        restLength = length;
    }

    /** Keeps what was not answered. {@code bytes} may be the rest itself. */
    void keep(byte[] bytes, int from, int to, long nowMs) {
        if (from > 0 || restLength == 0) {
            unfinishedSinceMs = nowMs; // another request than before
        }
        restLength = closed ? 0 : to - from;
        if (restLength == 0) {
            if (rest != NOTHING) {
                keep(NOTHING, unsent);
            }
        } else if (bytes != rest) {
            keep(new byte[restLength + ROOM_MIN], unsent);
            System.arraycopy(bytes, from, rest, 0, restLength);
        } else if (from > 0) {
            System.arraycopy(bytes, from, rest, 0, restLength);
        }
    }

    private void keep(byte[] newRest, @Nullable ByteBuffer newUnsent) {
        int before = kept();
        rest = newRest;
        unsent = newUnsent;
        keptByAll.add(kept() - before);
    }

    /**
     * Sends answers. What the peer does not take is kept, and nothing is read until it is gone.
     */
    void send(ByteBuffer answers) throws IOException {
        channel.write(answers);
        if (answers.hasRemaining()) {
            keep(rest, ByteBuffer.allocate(answers.remaining()).put(answers).flip());
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
            keep(rest, null);
            interest(SelectionKey.OP_READ);
        }
        return true;
    }

    /** Whether it began a request at this time or before, and has not ended it, with nothing in its way. */
    boolean isUnfinishedSince(long ms) {
        return restLength > 0 && hasSentAll() && unfinishedSinceMs <= ms;
    }

    /** Ends it, and keeps nothing more. */
    void close() throws IOException {
        closed = true;
        restLength = 0;
        keep(NOTHING, null);
        channel.close();
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
