package org.scpbeforerelay.lookup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one round, sent together when all that came in it is answered. To write to a socket wakes whoever waits for it, and
 * that costs more than to answer: many mail servers that ask at once are woken one after the other, while the first is at work already,
 * instead of each being waited for in between. Bounded, so that none waits for many. Belongs to one thread.
 */
final class Outbox {
    /** So many connections' answers are sent together at most: those of the first wait about a tenth of a millisecond. */
    private static final int CONNECTIONS_MAX = 64;

    private static final int SIZE = 32 * 1024;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE);
    private final @Nullable Connection[] of = new Connection[CONNECTIONS_MAX];
    private final int[] ends = new int[CONNECTIONS_MAX];
    private final Consumer<Connection> broken;
    private int count;

    /** Tells {@code broken} of each connection that could not be written to. */
    Outbox(Consumer<Connection> broken) {
        this.broken = broken;
    }

    /** Before the answers of another connection: what was left of one that never came to its {@link #put} is nobody's. */
    void begin() {
        bytes.position(taken());
    }

    /** Where answers are written, with room for one at least. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Takes what was written since {@link #begin} for this connection. */
    void put(Connection connection) {
        if (bytes.position() > taken()) {
            of[count] = connection;
            ends[count++] = bytes.position();
        }
    }

    /** Whether it must be emptied before another answer is written. */
    boolean isFull() {
        return count == CONNECTIONS_MAX || bytes.remaining() < LookupCodec.ANSWER_MAX;
    }

    private int taken() {
        return count == 0 ? 0 : ends[count - 1];
    }

    /** Sends all. What a peer does not take, its connection keeps. */
    void empty() {
        int begun = 0;
        for (int i = 0; i < count; i++) {
            Connection connection = Objects.requireNonNull(of[i]);
            of[i] = null;
            bytes.limit(ends[i]).position(begun);
            begun = ends[i];
            try {
                if (connection.channel.isOpen()) {
                    connection.send(bytes);
                }
            } catch (IOException e) {
                broken.accept(connection);
            }
        }
        count = 0;
        bytes.clear();
    }
}
