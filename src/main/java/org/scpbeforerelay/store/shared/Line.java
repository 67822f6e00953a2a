package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.store.shared.LogEngine.Session;

/**
 * This host's connection to the log, and the numbers of its frames. It is there or away; what fails takes it away, and the {@link
 * Follower} brings it back.
 */
final class Line {
    private final String writer;
    private final long epoch;
    private long sequence;
    private volatile @Nullable Session session;
    private volatile String why = "it has not been reached yet";
    private volatile long sinceMs;
    private final AtomicLong appended = new AtomicLong();

    /** {@code epoch}: greater than that of the run before. */
    Line(String writer, long epoch) {
        this.writer = writer;
        this.epoch = epoch;
        this.sinceMs = epoch;
    }

    String writer() {
        return writer;
    }

    long sequence() {
        return sequence;
    }

    /** The connection; null while the engine is away. */
    @Nullable
    Session session() {
        return session;
    }

    /** Why it is away. */
    String why() {
        return why;
    }

    /** Since when it is there, or away, by the wall clock in milliseconds since 1970. */
    long sinceMs() {
        return sinceMs;
    }

    /** How many records were appended. */
    long appended() {
        return appended.get();
    }

    void open(Session opened, Moment now) {
        session = opened;
        sinceMs = now.wallMs();
    }

    void close(String newWhy, Moment now) {
        Session closing = session;
        // Part of it may be what somebody in the engine's place has said; it is shown on terminals.
        why = newWhy.replaceAll("[^\\x20-\\x7e]", "?");
        session = null;
        if (closing != null) {
            sinceMs = now.wallMs();
            closing.close();
        }
    }

    /** Appends records; false when the line is away, or is so from now on: the log may then have some of them. */
    boolean append(List<? extends SharedRecord> records, long trimBeforeMs, Moment now) {
        Session there = session;
        if (there == null) {
            return false;
        }
        List<Frame> frames = new ArrayList<>();
        for (int from = 0; from < records.size(); from += RecordCodec.RECORDS_MAX) {
            int to = Math.min(records.size(), from + RecordCodec.RECORDS_MAX);
            frames.add(new Frame(writer, epoch, ++sequence, RecordCodec.encode(records.subList(from, to))));
        }
        try {
            there.append(frames, trimBeforeMs);
            appended.addAndGet(records.size());
            return true;
        } catch (EngineException e) {
            close(String.valueOf(e.getMessage()), now);
            return false;
        }
    }
}
