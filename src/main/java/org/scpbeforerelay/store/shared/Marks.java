package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.shared.SharedRecord.Granted;
import org.scpbeforerelay.store.shared.SharedRecord.Revoked;

/**
 * The last word on each place of the book, by stamp. Records may come late, twice and in any order: what comes out is the same.
 *
 * <p>A word is kept as long as an older one about the same place could still be alive. The log holds the last {@link #WINDOW_MS};
 * a word that must outlive that is written again in time, by its writer, or by another when the writer does not. What the log
 * has lost is found by a replay and written again in the same way. Not thread-safe: it belongs to the one writer.
 */
final class Marks {
    /** How much of the log is kept, by the engine's clock. */
    static final long WINDOW_MS = 45 * 60_000L;

    /** After how long its writer writes a word again, so that it stays in the window; and any other host. */
    static final long RESTATE_MINE_MS = WINDOW_MS / 2;

    static final long RESTATE_OTHERS_MS = WINDOW_MS * 3 / 4;

    /** How long other hosts wait for the writer of a word that the log has lost. */
    static final long LOST_OF_OTHERS_MS = 30_000;

    /** For clocks that are off: a word is forgotten so much later than nothing older can be alive. */
    static final long MARGIN_MS = 2 * View.SKEW_MAX_MS + 1_000;

    // In the order in which they came, which is how they lie in memory:
    // who goes through millions of them is glad of that.
    private final Map<LeaseKey, Mark> marks = new LinkedHashMap<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final Stamps stamps = new Stamps();
    private int replay = 1;
    private long aheadOfTime;

    private record Due(long atMs, LeaseKey key, long stamp) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return Long.compare(atMs, other.atMs);
        }
    }

    /**
     * Takes a word from the log.
     *
     * @param mine whether this host wrote it
     * @param entryMs when, by the engine's clock
     * @return what it changes in the book; null for nothing
     */
    @Nullable
    LeaseChange merge(SharedRecord record, boolean mine, long entryMs, View view) {
        return switch (record) {
            case Granted granted -> {
                if (Stamps.ms(granted.stamp()) > entryMs + View.SKEW_MAX_MS) {
                    aheadOfTime++;
                    yield null;
                }
                Lease lease = view.believed(granted, entryMs, mine ? 0 : View.SKEW_MAX_MS);
                long until = granted.lease().expiresAtMs() + MARGIN_MS;
                if (!mine && !view.trusted()) {
                    // It ends what stood here and gives nothing. One less: when
                    // the clock is right again, the same word counts.
                    yield merge(granted.stamp() - 1, lease.key(), null, until, false, entryMs);
                }
                yield merge(
                        granted.stamp(),
                        lease.key(),
                        lease.overForGoodAt(view.now()) ? null : lease,
                        until,
                        mine,
                        entryMs);
            }
            case Revoked revoked -> {
                // A writer whose clock is ahead must not shut a place for as
                // long as that; but what it takes away is gone.
                long stamp = Math.min(revoked.stamp(), Stamps.at(entryMs + View.SKEW_MAX_MS));
                yield merge(stamp, revoked.key(), null, revoked.untilMs(), mine, entryMs);
            }
            case SharedRecord.Alive alive -> null;
            case SharedRecord.Spent spent -> null;
        };
    }

    private @Nullable LeaseChange merge(
            long stamp, LeaseKey key, @Nullable Lease lease, long untilMs, boolean mine, long entryMs) {
        stamps.seen(stamp);
        Mark there = marks.get(key);
        if (there != null && !there.isBeatenBy(stamp, lease)) {
            outlast(key, there, untilMs);
            if (there.stamp == stamp && there.says(lease)) {
                seen(key, there, entryMs);
            }
            return null;
        }
        Lease former = there == null ? null : there.lease;
        // Said again, or read from this host's own disk before: the deadline that was worked out then
        // is the true one, unless that was after a reboot and by a clock that is wrong.
        boolean again = lease != null
                && former != null
                && former.deadlineMs() <= lease.deadlineMs() + View.SKEW_MAX_MS
                && Mark.sameWord(former, lease);
        Lease kept = again ? former : lease;
        Mark mark = put(key, stamp, kept, there == null ? untilMs : Math.max(untilMs, there.untilMs), mine);
        seen(key, mark, entryMs);
        if (kept == former) {
            return null;
        }
        return kept == null ? new LeaseChange.Remove(key) : new LeaseChange.Put(kept);
    }

    /** An older word would last so long: it stays beaten until then. */
    private void outlast(LeaseKey key, Mark mark, long untilMs) {
        if (untilMs <= mark.untilMs) {
            return;
        }
        long again = mark.seenMs + patience(mark);
        if (mark.seenMs > 0 && mark.untilMs <= again && untilMs > again) {
            due.add(new Due(again, key, mark.stamp));
        }
        mark.untilMs = untilMs;
    }

    /** Whether the log, or this host before, has said just this: then it is no news for others. */
    boolean knows(LeaseChange change) {
        Mark mark = marks.get(change.key());
        return switch (change) {
            case LeaseChange.Put put -> {
                boolean known = mark != null && mark.lease != null && Mark.sameWord(mark.lease, put.lease());
                if (known && mark != null) {
                    mark.lease = put.lease(); // one object for both books
                }
                yield known;
            }
            case LeaseChange.Remove remove -> mark == null || mark.lease == null;
        };
    }

    /** What to tell the others of a change that this host makes; null when it takes away only what is over anyway. */
    @Nullable
    SharedRecord word(LeaseChange change, View view) {
        Mark mark = marks.get(change.key());
        return switch (change) {
            case LeaseChange.Put put ->
                new Granted(stamps.next(view.engineMs()), put.lease().leftMs(view.now()), put.lease());
            case LeaseChange.Remove remove -> {
                if (mark == null || mark.lease == null) {
                    yield null;
                }
                if (mark.lease.overForGoodAt(view.now())) {
                    over(remove.key(), mark, view);
                    yield null;
                }
                // A host that is cut off may have granted what this one does not know of; it may last that long.
                long until = Math.max(mark.untilMs, view.engineMs() + view.maxTermMs() + MARGIN_MS);
                yield new Revoked(stamps.next(view.engineMs()), remove.key(), until);
            }
        };
    }

    /** Nothing stands here any more, and its end needs no saying; but an older word that would last longer stays beaten. */
    private void over(LeaseKey key, Mark mark, View view) {
        if (mark.untilMs <= view.engineMs()) {
            marks.remove(key);
            return;
        }
        mark.lease = null;
        due.add(new Due(mark.untilMs, key, mark.stamp));
    }

    /** Takes a word of this host as the last, before the log has it. */
    void place(SharedRecord record) {
        switch (record) {
            case Granted granted ->
                place(
                        granted.lease().key(),
                        granted.stamp(),
                        granted.lease(),
                        granted.lease().expiresAtMs() + MARGIN_MS);
            case Revoked revoked -> place(revoked.key(), revoked.stamp(), null, revoked.untilMs());
            case SharedRecord.Alive alive -> {}
            case SharedRecord.Spent spent -> {}
        }
    }

    private void place(LeaseKey key, long stamp, @Nullable Lease lease, long untilMs) {
        stamps.seen(stamp);
        Mark former = marks.get(key);
        if (former == null || former.stamp < stamp) {
            put(key, stamp, lease, former == null ? untilMs : Math.max(former.untilMs, untilMs), true);
        }
    }

    private Mark put(LeaseKey key, long stamp, @Nullable Lease lease, long untilMs, boolean mine) {
        Mark mark = new Mark(stamp, lease, untilMs, mine);
        marks.put(key, mark);
        if (lease == null) {
            due.add(new Due(untilMs, key, stamp));
        }
        return mark;
    }

    /** The log has these words now. */
    void written(List<SharedRecord> records, long engineMs) {
        for (SharedRecord record : records) {
            LeaseKey key = key(record);
            Mark mark = key == null ? null : marks.get(key);
            if (key != null && mark != null && mark.stamp == record.stamp()) {
                seen(key, mark, engineMs);
            }
        }
    }

    private void seen(LeaseKey key, Mark mark, long entryMs) {
        mark.replay = replay;
        boolean waits = mark.seenMs > 0;
        mark.seenMs = Math.max(mark.seenMs, entryMs);
        long again = mark.seenMs + patience(mark);
        if (!waits && mark.untilMs > again) {
            due.add(new Due(again, key, mark.stamp));
        }
    }

    private static long patience(Mark mark) {
        return mark.mine ? RESTATE_MINE_MS : RESTATE_OTHERS_MS;
    }

    /** From here to {@link #endReplay} the whole log is read. */
    void beginReplay() {
        replay++;
    }

    /**
     * The whole log has been read. What it should have and has not is written again with {@link #takeDue}.
     *
     * @return how many words the log once had and has no more, though it should
     */
    int endReplay(View view) {
        int lost = 0;
        for (Map.Entry<LeaseKey, Mark> entry : marks.entrySet()) {
            Mark mark = entry.getValue();
            if (mark.replay == replay || mark.untilMs <= view.engineMs() || isOver(mark.lease, view.now())) {
                continue;
            }
            // What is older than the window was forgotten and not lost; but then it should have been written again.
            lost += mark.seenMs > 0 ? 1 : 0;
            mark.seenMs = 0;
            long at = view.engineMs() + (mark.mine ? 0 : LOST_OF_OTHERS_MS);
            due.add(new Due(at, entry.getKey(), mark.stamp));
        }
        return lost;
    }

    private static boolean isOver(@Nullable Lease lease, Moment now) {
        return lease != null && lease.overForGoodAt(now);
    }

    /** Words that must be written to the log again now, and forgets those that no longer matter; at most {@code most}. */
    List<SharedRecord> takeDue(View view, int most) {
        List<SharedRecord> words = new ArrayList<>();
        while (words.size() < most && !due.isEmpty() && due.peek().atMs() <= view.engineMs()) {
            Due next = due.remove();
            Mark mark = marks.get(next.key());
            if (mark == null || mark.stamp != next.stamp() || isOver(mark.lease, view.now())) {
                continue;
            }
            if (mark.untilMs <= view.engineMs()) {
                if (mark.lease == null) {
                    marks.remove(next.key());
                }
                continue;
            }
            long again = mark.seenMs + patience(mark);
            if (mark.seenMs > 0 && again > view.engineMs()) {
                due.add(new Due(Math.min(again, mark.untilMs), next.key(), mark.stamp));
                continue;
            }
            words.add(again(next.key(), mark, view));
        }
        return words;
    }

    private SharedRecord again(LeaseKey key, Mark mark, View view) {
        long stamp = mark.stamp;
        if (Stamps.ms(stamp) > view.engineMs() + View.SKEW_MAX_MS) {
            // Stamped while this host had another idea of the time: nobody would take it.
            stamp = stamps.restart(view.engineMs());
            put(key, stamp, mark.lease, mark.untilMs, true);
        }
        Lease lease = mark.lease;
        if (lease == null) {
            return new Revoked(stamp, key, mark.untilMs);
        }
        // The end that its writer said: each reader keeps back for the clocks by itself.
        Lease said = mark.mine ? lease : lease.withExpiresAtMs(lease.expiresAtMs() + View.SKEW_MAX_MS);
        return new Granted(stamp, lease.leftMs(view.now()), said);
    }

    /** The words that {@link #takeDue} gave did not reach the log. */
    void notWritten(List<SharedRecord> words, View view) {
        for (SharedRecord word : words) {
            LeaseKey key = key(word);
            if (key != null) {
                due.add(new Due(view.engineMs(), key, word.stamp()));
            }
        }
    }

    /** Takes a lease from this host's own disk: an older word than the log may have, and a newer one than nothing. */
    void recall(Lease lease) {
        Mark there = marks.get(lease.key());
        if (there == null) {
            long stamp = Stamps.at(lease.renewedAtMs() - View.SKEW_MAX_MS);
            marks.put(lease.key(), new Mark(stamp, lease, lease.expiresAtMs() + MARGIN_MS, true));
        } else if (there.lease != null
                && Mark.sameWord(there.lease, lease)
                && lease.deadlineMs() <= there.lease.deadlineMs() + View.SKEW_MAX_MS) {
            there.lease = lease;
        }
    }

    /** What stands in a place; null for nothing. */
    @Nullable
    Lease lease(LeaseKey key) {
        Mark mark = marks.get(key);
        return mark == null ? null : mark.lease;
    }

    /** Every lease that stands, as this host's book should have it. */
    void leases(Consumer<Lease> each) {
        marks.values().forEach(mark -> {
            if (mark.lease != null) {
                each.accept(mark.lease);
            }
        });
    }

    int size() {
        return marks.size();
    }

    /** How many grants came from a host whose clock is ahead, and were not believed. */
    long aheadOfTime() {
        return aheadOfTime;
    }

    private static @Nullable LeaseKey key(SharedRecord record) {
        return switch (record) {
            case Granted granted -> granted.lease().key();
            case Revoked revoked -> revoked.key();
            case SharedRecord.Alive alive -> null;
            case SharedRecord.Spent spent -> null;
        };
    }
}
