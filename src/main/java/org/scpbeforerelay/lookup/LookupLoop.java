package org.scpbeforerelay.lookup;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lookup.LookupStatistics.Close;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that serves all connections, in rounds: reads what has come, answers every request that is complete, in order, and
 * then sends the answers. What is counted on a limit is said at once: whoever ends us in between leaves a count that nobody was told of.
 *
 * <p>One loop because an answer takes about a microsecond and a system call several: a second thread would only cost hand-over.
 * One read buffer and one {@link Outbox} serve all connections. No exception ends the loop: a connection that causes one is closed;
 * nor does a class that cannot be loaded for want of a file handle.
 * Running out of file handles closes the longest idle connection and pauses accepting for a moment, instead of
 * spinning on a connection that cannot be taken.
 */
final class LookupLoop implements Runnable {
    /** Of so many answers one is timed: two readings of a clock are a fiftieth of an answer. */
    static final int TIMED_ONE_IN = 64;

    private static final Logger LOG = LoggerFactory.getLogger(LookupLoop.class);

    private static final int READ_SIZE = 32 * 1024;

    /** How often idle connections are looked for, by the machine's own time. */
    private static final long TICK_MS = 1_000;

    /** So long a request may take from its first byte to its last, whatever signs of life come: a mail server's comes at once. */
    static final long UNFINISHED_MS_MAX = 30_000;

    private static final long ACCEPT_PAUSE_MS = 100;
    private static final int ACCEPTS_AT_ONCE = 256;

    private int untimed;
    private final Selector selector;
    private final LookupCodec.Codecs onUnixSockets;
    private final LookupCodec.Codecs onTcp;
    private final LookupSettings settings;
    private final LookupStatistics statistics;
    private final RoundClock clock;
    private final Complaints complaints = new Complaints();
    private final KeptBytes kept;
    private final ByteBuffer input = ByteBuffer.allocateDirect(READ_SIZE);
    private final Outbox answers = new Outbox(connection -> close(connection, Close.BROKEN));
    private final byte[] bytes = new byte[READ_SIZE];

    // Made once: making one costs more than serving a key, until the optimising compiler has seen it, if there is one.
    private final Consumer<SelectionKey> serving = this::serve;

    // Null where nothing is counted.
    private final @Nullable MessageCounter counter;

    private volatile boolean stopping;
    private int connections;
    private boolean acceptPaused;
    private long acceptPausedNs;
    private boolean nowIsFresh;
    private long lastTickNs;

    LookupLoop(
            Selector selector,
            LookupCodec.Codecs onUnixSockets,
            LookupCodec.Codecs onTcp,
            LookupSettings settings,
            LookupStatistics statistics,
            RoundClock clock,
            @Nullable MessageCounter counter) {
        this.selector = selector;
        this.counter = counter;
        this.onUnixSockets = onUnixSockets;
        this.onTcp = onTcp;
        this.settings = settings;
        this.kept = new KeptBytes(settings.keptBytesMax());
        this.statistics = statistics;
        this.clock = clock;
    }

    /** Has the loop count soon what was heard of other hosts; from any thread. */
    void wake() {
        selector.wakeup();
    }

    /** Ends the loop soon; from any thread. */
    void stop() {
        stopping = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        lastTickNs = System.nanoTime();
        while (!stopping) {
            try {
                nowIsFresh = false;
                if (counter != null && counter.takeHeard()) {
                    selector.selectNow(serving);
                } else {
                    selector.select(serving, acceptPaused ? ACCEPT_PAUSE_MS : TICK_MS);
                }
                answers.empty();
                tick();
            } catch (ClosedSelectorException e) {
                break;
            } catch (IOException | RuntimeException | LinkageError e) {
                LOG.error("lookup: waiting for requests failed; trying again", e);
                LockSupport.parkNanos(ACCEPT_PAUSE_MS * 1_000_000);
            }
        }
        closeAll();
    }

    private void serve(SelectionKey key) {
        if (!nowIsFresh) {
            clock.read();
            nowIsFresh = true;
        }
        if (key.attachment() instanceof Connection connection) {
            serve(key, connection);
        } else if (key.attachment() instanceof ListenAddress door) {
            accept(key, door);
        }
    }

    private void serve(SelectionKey key, Connection connection) {
        try {
            if (key.isReadable()) {
                read(connection);
            } else if (key.isWritable() && connection.sendOn()) {
                connection.activeMs = clock.nowMs();
                answer(connection, connection.rest(), connection.restLength());
            }
            if (kept.isTooMuch()) {
                makeRoom();
            }
        } catch (CancelledKeyException e) {
            // Closed while it was being served in this same round.
        } catch (IOException e) {
            close(connection, Close.BROKEN);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("lookup: {}: a request could not be answered; its connection is closed", connection.peer(), e);
            close(connection, Close.BROKEN);
        }
    }

    private void read(Connection connection) throws IOException {
        input.clear();
        int count = connection.channel.read(input);
        if (count < 0) {
            // Perhaps only half closed, as Exim does. All that was complete is answered, and the
            // answers are out: as long as they were not, nothing was read, not even this end.
            close(connection, Close.BY_PEER);
            return;
        }
        connection.activeMs = clock.nowMs();
        input.flip();
        if (connection.restLength() == 0) {
            input.get(0, bytes, 0, count);
            answer(connection, bytes, count);
            return;
        }
        int fresh = connection.restLength();
        connection.append(input);
        LookupCodec codec = connection.codec;
        if (codec == null || codec.mayBeComplete(connection.rest(), 0, fresh, connection.restLength())) {
            answer(connection, connection.rest(), connection.restLength());
        }
    }

    /** Answers all requests that lie complete in {@code from[0, to)}; keeps the rest. */
    private void answer(Connection connection, byte[] from, int to) throws IOException {
        answers.begin();
        int at = 0;
        int end = 0;
        while (at < to && connection.hasSentAll()) {
            end = answerOneTimed(connection, from, at, to);
            if (end < 0) {
                break;
            }
            at = end;
            if (answers.isFull() || counter != null && counter.hasCounted()) {
                answers.put(connection);
                answers.empty();
            }
        }
        answers.put(connection);
        if (answers.isFull()) {
            answers.empty();
        }
        if (end < LookupCodec.INCOMPLETE) {
            answers.empty();
            refuse(connection, end);
        } else {
            connection.keep(from, at, to, clock.nowMs());
        }
    }

    private int answerOneTimed(Connection connection, byte[] from, int at, int to) {
        if (++untimed < TIMED_ONE_IN) {
            return answerOne(connection, from, at, to);
        }
        untimed = 0;
        long beganNs = System.nanoTime();
        int end = answerOne(connection, from, at, to);
        if (end > 0) {
            statistics.took().tookNs(System.nanoTime() - beganNs);
        }
        return end;
    }

    private int answerOne(Connection connection, byte[] from, int at, int to) {
        LookupCodec codec = connection.codec;
        if (codec == null) {
            try {
                codec = (connection.door instanceof ListenAddress.Unix ? onUnixSockets : onTcp).tell(from, at, to);
            } catch (LookupCodec.NoSuchProtocol e) {
                return LookupCodec.MALFORMED;
            }
            if (codec == null) {
                return LookupCodec.INCOMPLETE;
            }
            connection.codec = codec;
        }
        return codec.answer(from, at, to, answers.bytes());
    }

    private void refuse(Connection connection, int why) {
        boolean oversized = why == LookupCodec.OVERSIZED;
        LookupCodec codec = connection.codec;
        String what = codec == null
                ? "speaks none of the protocols policy, socketmap and tcp_table"
                : "sent " + (oversized ? "a request over the limit of " : "what is no request of ")
                        + codec.protocol().text();
        complaints.about(connection.peer(), what + "; its connection is closed", clock.nowMs());
        close(connection, oversized ? Close.OVERSIZED : Close.MALFORMED);
    }

    private void accept(SelectionKey key, ListenAddress door) {
        if (!(key.channel() instanceof ServerSocketChannel server)) {
            return;
        }
        try {
            for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
                SocketChannel channel = server.accept();
                if (channel == null) {
                    return;
                }
                open(channel, door);
            }
        } catch (CancelledKeyException e) {
            // The listener is being closed.
        } catch (IOException | RuntimeException e) {
            if (server.isOpen()) {
                acceptFailed(door, e);
            }
        }
    }

    private void open(SocketChannel channel, ListenAddress door) throws IOException {
        statistics.connected();
        try {
            channel.configureBlocking(false);
            if (door instanceof ListenAddress.Tcp) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            Connection connection = new Connection(channel, door, kept, clock.nowMs());
            connection.registeredAs(channel.register(selector, SelectionKey.OP_READ, connection));
            connections++;
        } catch (IOException | RuntimeException e) {
            // It came and went, or could not be set up; the door stays open for the others.
            statistics.disconnected(Close.BROKEN);
            channel.close();
            return;
        }
        if (connections > settings.connectionsMax()) {
            closeLongestIdle();
        }
    }

    /** Mostly EMFILE. The waiting connection keeps the door "ready", so the door is left alone for a moment. */
    private void acceptFailed(ListenAddress door, Exception e) {
        statistics.acceptFailed();
        complaints.about(
                door.toString(),
                "cannot accept connections (" + e.getMessage()
                        + "); raise the limit of open files (LimitNOFILE=, ulimit -n) if that is what is short",
                clock.nowMs());
        closeLongestIdle();
        acceptPaused = true;
        acceptPausedNs = System.nanoTime();
        doors(0);
    }

    private void doors(int operations) {
        for (SelectionKey key : selector.keys()) {
            if (key.isValid() && key.attachment() instanceof ListenAddress) {
                key.interestOps(operations);
            }
        }
    }

    private void tick() {
        long ns = System.nanoTime();
        if (acceptPaused && ns - acceptPausedNs >= ACCEPT_PAUSE_MS * 1_000_000) {
            acceptPaused = false;
            doors(SelectionKey.OP_ACCEPT);
        }
        if (ns - lastTickNs >= TICK_MS * 1_000_000) {
            lastTickNs = ns;
            clock.read();
            closeSlow();
        }
    }

    private void closeSlow() {
        for (Connection connection : connections()) {
            if (clock.nowMs() - connection.activeMs >= settings.idleMs()) {
                close(connection, Close.IDLE);
            } else if (connection.isUnfinishedSince(clock.nowMs() - UNFINISHED_MS_MAX)) {
                giveUp(connection, "has not ended a request within " + UNFINISHED_MS_MAX / 1000 + " s");
            }
        }
    }

    /** One of a few, and some at once of thousands: a crowd that keeps coming is not looked through for each that comes. */
    private void closeLongestIdle() {
        List<Connection> all = connections();
        all.sort(Comparator.comparingLong(connection -> connection.activeMs));
        all.stream().limit(1 + connections / 128).forEach(longest -> close(longest, Close.FOR_ROOM));
    }

    /** For a crowd that begins requests and ends none, or asks and takes no answers. */
    private void makeRoom() {
        for (Connection connection : kept.greediest(connections())) {
            giveUp(connection, "is one of many that leave requests unfinished, or answers untaken");
        }
    }

    private void giveUp(Connection connection, String why) {
        complaints.about(connection.peer(), why + "; its connection is closed", clock.nowMs());
        close(connection, Close.UNFINISHED);
    }

    private List<Connection> connections() {
        List<Connection> open = new ArrayList<>(connections);
        for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Connection connection && connection.channel.isOpen()) {
                open.add(connection);
            }
        }
        return open;
    }

    private void close(Connection connection, Close why) {
        if (!connection.channel.isOpen()) {
            return;
        }
        connections--;
        statistics.disconnected(why);
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("lookup: closing a connection failed", e);
        }
    }

    private void closeAll() {
        connections().forEach(connection -> close(connection, Close.STOPPED));
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("lookup: closing the selector failed", e);
        }
    }
}
