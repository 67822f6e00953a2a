package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.shared.LogEngine.Pulse;
import org.scpbeforerelay.store.shared.LogEngine.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the log: connects, reads it whole, then what is new; and again whenever something may have been missed.
 *
 * <p>The whole window is read again ("replay") after each connection, when the log's history has another name (the engine
 * was emptied), when its last entry lies before what was read (another engine has taken over), when a writer's numbers
 * skip, and when this host's clock has come right again. A replay also shows what the log has lost: that is written again.
 * One step after another, by one thread; what touches the book goes through the {@link Desk}.
 */
public final class Follower {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

    /** How often the engine is asked how it fares, in milliseconds. */
    static final long PULSE_EVERY_MS = 1_000;

    private static final long ALIVE_EVERY_MS = 5_000;
    private static final long RETRY_FIRST_MS = 100;
    private static final long RETRY_MAX_MS = 2_000;

    /** About how many records go to the book at once: few enough to be dead when the nursery is collected. */
    private static final int TAKEN_MAX = 1_000;

    /** Room for names that come again: in what is new, and in all that the log holds. */
    private static final int NAMES_OF_NEWS = 1 << 6;

    private static final int NAMES_OF_ALL = 1 << 13;

    private final SharedStore store;
    private final LogEngine engine;
    private final Line line;
    private final NodeBoard board;
    private RecordCodec codec = new RecordCodec(NAMES_OF_NEWS);
    private @Nullable Overtaken overtaken;
    private WriterSequences sequences = new WriterSequences();
    private @Nullable String history;
    private volatile EntryId cursor = EntryId.START;
    private long pulseAtMs = Long.MIN_VALUE;
    private long aliveAtMs = Long.MIN_VALUE;
    private long retryMs = RETRY_FIRST_MS;
    private boolean trusted = true;
    private boolean more;
    private @Nullable String lastFailure;
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong recordsRead = new AtomicLong();
    private final AtomicLong unreadable = new AtomicLong();
    private final AtomicInteger emptied = new AtomicInteger();
    private volatile int replicas;
    private volatile EntryId last = EntryId.START;
    private final AtomicInteger replays = new AtomicInteger();

    /** Has work done by the one writer, and waits until it is done. */
    public interface Desk {
        /** {@code news} gives what others have changed in the book. */
        void carryOut(Supplier<List<LeaseChange>> news);
    }

    public Follower(SharedStore store, LogEngine engine) {
        this(store, engine, "unknown");
    }

    /** {@code version}: of this program, to be shown at other hosts. */
    public Follower(SharedStore store, LogEngine engine, String version) {
        this.store = store;
        this.engine = engine;
        this.board = new NodeBoard(store.line().writer(), version);
        this.line = store.line();
        // Before the registry runs there is no other thread to wait for, and no book to change.
        store.readFirst(reading -> step(
                news -> {
                    var _ = news.get();
                },
                0));
    }

    /**
     * The next step; waits up to {@code waitMs} for news where there is a connection.
     *
     * @return how long to wait before the next step, in milliseconds
     */
    public long step(Desk desk, long waitMs) {
        Session session = line.session();
        try {
            if (session == null) {
                session = connect(desk);
            } else {
                follow(session, desk, waitMs);
            }
            retryMs = RETRY_FIRST_MS;
            return 0;
        } catch (EngineException e) {
            line.close(String.valueOf(e.getMessage()), store.clock().now());
            if (!String.valueOf(e.getMessage()).equals(lastFailure)) {
                LOG.warn("the shared store is away: {}. Leases that stand go on to their ends", e.getMessage());
            }
            lastFailure = String.valueOf(e.getMessage());
            long wait = retryMs;
            retryMs = Math.min(RETRY_MAX_MS, retryMs * 2);
            return wait;
        }
    }

    /** Has the next step connect anew and read all. */
    void startOver() {
        line.close("its log is read anew", store.clock().now());
    }

    private Session connect(Desk desk) throws EngineException {
        Session opened = engine.connect();
        boolean kept = false;
        try {
            store.engineTime().forget();
            Pulse pulse = pulse(opened);
            line.open(opened, store.clock().now());
            kept = true;
            replay(opened, pulse, desk);
        } finally {
            if (!kept) {
                opened.close();
            }
        }
        LOG.info("the shared store is there: {}, {} entries of the log's end read", engine.describe(), cursor);
        lastFailure = null;
        return opened;
    }

    private void follow(Session session, Desk desk, long waitMs) throws EngineException {
        Moment now = store.clock().now();
        if (now.monotonicMs() - pulseAtMs >= PULSE_EVERY_MS || now.monotonicMs() < pulseAtMs) {
            int emptiedBefore = emptied();
            boolean trustedBefore = trusted;
            Pulse pulse = pulse(session);
            if (emptied() > emptiedBefore || pulse.last().compareTo(cursor) < 0 || trusted && !trustedBefore) {
                replay(session, pulse, desk);
            }
            tend(desk, now);
        }
        if (board.isDue(now)) {
            board.refresh(session, this, store.engineTime(), now, store.placesKnown());
        }
        List<LogEntry> entries = session.read(cursor, more ? 0 : waitMs);
        boolean skipped = take(entries, desk);
        if (!entries.isEmpty()) {
            // The book has them: the cursor says so, and who is asked how far this host has come.
            cursor = entries.getLast().id();
        }
        if (skipped) {
            LOG.info("frames are missing in the shared store's log; it is read again");
            replay(session, pulse(session), desk);
        }
        if (more) {
            tend(desk, now);
        }
    }

    private Pulse pulse(Session session) throws EngineException {
        Moment before = store.clock().now();
        Pulse pulse = session.pulse();
        Moment after = store.clock().now();
        store.engineTime().set(pulse.timeMs(), before, after);
        pulseAtMs = after.monotonicMs();
        boolean nowTrusted = store.engineTime().trusts(after);
        if (nowTrusted != trusted) {
            sayClock(nowTrusted, store.engineTime().aheadMs(after));
        }
        trusted = nowTrusted;
        replicas = pulse.replicas();
        sayHistory(pulse.history());
        last = pulse.last();
        return pulse;
    }

    /** All may have been said again before anybody looked, and then no record is missing: the loss is said all the same. */
    private void sayHistory(String found) {
        if (history != null && !history.equals(found)) {
            emptied.incrementAndGet();
            LOG.warn("the shared store has lost its data; what this host knows is written to it again");
        }
        history = found;
    }

    private void sayClock(boolean right, long aheadMs) {
        if (right) {
            LOG.info("this host's clock agrees with the shared store's again");
        } else {
            LOG.warn(
                    "this host's clock is {} ms {} the shared store's, more than {} ms: what other hosts grant is not believed here, and"
                            + " what is granted here counts here alone, until it is set (chrony, systemd-timesyncd)",
                    Math.abs(aheadMs),
                    aheadMs > 0 ? "ahead of" : "behind",
                    View.SKEW_MAX_MS);
        }
    }

    private void replay(Session session, Pulse pulse, Desk desk) throws EngineException {
        desk.carryOut(() -> {
            store.beginReplay();
            return List.of();
        });
        sequences = new WriterSequences();
        codec = new RecordCodec(NAMES_OF_ALL);
        overtaken = new Overtaken();
        // The last first: of a lease that was renewed many times only the
        // last word is kept, and the others are passed over.
        List<LogEntry> entries = session.readBack(pulse.last().next());
        while (!entries.isEmpty()) {
            take(entries, desk);
            entries = session.readBack(entries.getLast().id());
        }
        cursor = pulse.last();
        overtaken = null;
        codec = new RecordCodec(NAMES_OF_NEWS);
        replays.incrementAndGet();
        desk.carryOut(() -> {
            int missing = store.endReplay();
            if (missing > 0) {
                lost.addAndGet(missing);
                LOG.warn("the shared store had lost {} acknowledged records; they are written to it again", missing);
            }
            return List.of();
        });
        tend(desk, store.clock().now());
    }

    private void tend(Desk desk, Moment now) {
        boolean alive = now.monotonicMs() - aliveAtMs >= ALIVE_EVERY_MS || now.monotonicMs() < aliveAtMs;
        if (alive) {
            aliveAtMs = now.monotonicMs();
        }
        desk.carryOut(() -> {
            more = store.tend(alive);
            return List.of();
        });
    }

    /** Whether frames are missing. */
    private boolean take(List<LogEntry> entries, Desk desk) {
        List<LogRecords> read = new ArrayList<>();
        int records = 0;
        boolean skipped = false;
        for (LogEntry entry : entries) {
            Frame frame = entry.frame();
            if (frame == null) {
                unreadable.incrementAndGet();
                continue;
            }
            skipped |= sequences.skips(frame);
            try {
                LogRecords one = new LogRecords(
                        entry.id(),
                        frame.writer(),
                        frame.epoch(),
                        frame.sequence(),
                        codec.read(frame.records(), overtaken, entry.id().ms()));
                records += one.records().size();
                read.add(one);
            } catch (BadFrameException e) {
                unreadable.incrementAndGet();
                LOG.warn("{} in the shared store's log cannot be read and was passed over: {}", frame, e.getMessage());
            }
            if (records >= TAKEN_MAX) {
                carryOut(read, records, desk);
                read = new ArrayList<>();
                records = 0;
            }
        }
        carryOut(read, records, desk);
        return skipped;
    }

    private void carryOut(List<LogRecords> read, int records, Desk desk) {
        if (!read.isEmpty()) {
            recordsRead.addAndGet(records);
            desk.carryOut(() -> store.take(read));
        }
    }

    /** How many acknowledged records the engine has lost, as far as this host has seen. */
    public long lost() {
        return lost.get();
    }

    /** How often the engine was found to have lost all that it had. */
    public int emptied() {
        return emptied.get();
    }

    /** How many entries could not be read: another version's, or somebody else's. */
    public long unreadable() {
        return unreadable.get();
    }

    /** How this host stands to the shared store now; from any thread. */
    public PoolReading reading() {
        Moment now = store.clock().now();
        EngineTime time = store.engineTime();
        return new PoolReading(
                engine.describe(),
                line.session() != null,
                line.sinceMs(),
                line.session() != null ? "" : line.why(),
                lagMs(),
                time.aheadMs(now),
                time.trusts(now),
                time.ms(now),
                replays(),
                line.appended(),
                recordsRead.get(),
                lost(),
                emptied(),
                unreadable(),
                replicas,
                board);
    }

    /** How often the whole window was read. */
    public int replays() {
        return replays.get();
    }

    /** How far behind the log's end this host was at the last pulse, in milliseconds by the engine's clock. */
    public long lagMs() {
        return cursor.equals(EntryId.START) ? 0 : Math.max(0, last.ms() - cursor.ms());
    }
}
