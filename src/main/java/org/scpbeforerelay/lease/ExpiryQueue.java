package org.scpbeforerelay.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * When to look after which lease, to the second of the monotonic clock.
 *
 * <p>A renewal does not touch the queue: the lease is found not to be over when its old place comes up, and is put back at its
 * new end. So ten million leases renewed every four minutes cost one place each. Not thread-safe: it belongs to the one
 * writer. It decides nothing: an ended lease permits nothing, whether or not the queue was looked at.
 */
public final class ExpiryQueue {
    private final TreeMap<Long, List<LeaseKey>> bySecond = new TreeMap<>();

    /** Asks to be told of {@code key} once the monotonic clock has passed {@code deadlineMs}. */
    public void schedule(LeaseKey key, long deadlineMs) {
        bySecond.computeIfAbsent(second(deadlineMs), s -> new ArrayList<>(1)).add(key);
    }

    /**
     * Takes out what is due: keys whose scheduled deadline has passed, at most {@code most} of them. Some may have been renewed
     * since, and a key that was scheduled twice may come up twice.
     */
    public List<LeaseKey> takeDue(long monotonicMs, int most) {
        List<LeaseKey> due = new ArrayList<>();
        while (due.size() < most && !bySecond.isEmpty() && bySecond.firstKey() * 1000 <= monotonicMs) {
            List<LeaseKey> first = bySecond.firstEntry().getValue();
            if (first.size() <= most - due.size()) {
                due.addAll(first);
                bySecond.pollFirstEntry();
            } else {
                List<LeaseKey> part = first.subList(first.size() - (most - due.size()), first.size());
                due.addAll(part);
                part.clear();
            }
        }
        return due;
    }

    /** The monotonic time in milliseconds at which something will be due; null when nothing ever will. */
    public @Nullable Long nextMs() {
        return bySecond.isEmpty() ? null : Long.valueOf(bySecond.firstKey() * 1000);
    }

    // Rounded up: at the second's end every lease in it is over, so none comes up too early.
    private static Long second(long deadlineMs) {
        return Math.floorDiv(deadlineMs + 999, 1000);
    }
}
