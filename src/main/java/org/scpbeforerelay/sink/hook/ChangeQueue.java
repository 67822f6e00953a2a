package org.scpbeforerelay.sink.hook;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Principal;

/**
 * The changes that wait, bounded, in order for each principal. A renewal takes the place of the one that waits right before it; with no room
 * left, renewals go first, the oldest of them, and only then is a change refused. Safe from any thread.
 */
final class ChangeQueue {
    private final int most;
    private final int workersMost;
    private final Map<Principal, Deque<Change>> waiting = new LinkedHashMap<>();
    private final Set<Principal> running = new HashSet<>();
    private int size;
    private int renewals;
    private int workers;

    /**
     * @param most how many changes may wait
     * @param workersMost how many workers may take them
     */
    ChangeQueue(int most, int workersMost) {
        this.most = most;
        this.workersMost = workersMost;
    }

    /** Whether one more worker is wanted; it is counted, and works until {@link #take} gives null. */
    synchronized boolean hire() {
        boolean wanted =
                workers < workersMost && waiting.keySet().stream().anyMatch(principal -> !running.contains(principal));
        workers += wanted ? 1 : 0;
        return wanted;
    }

    /** A worker that was hired does not come. */
    synchronized void dismiss() {
        workers--;
    }

    /** What became of a change. */
    enum Outcome {
        WAITS,
        /** It, or an older renewal in its favour, is not told. */
        RENEWAL_DROPPED,
        /** No room: it is not told though it is no renewal. */
        REFUSED
    }

    synchronized Outcome add(Change change) {
        Deque<Change> own = waiting.get(change.principal());
        if (own != null && !own.isEmpty() && change.supersedes(own.getLast())) {
            own.removeLast();
            own.addLast(change);
            return Outcome.WAITS;
        }
        Outcome outcome = Outcome.WAITS;
        if (size >= most) {
            if (change.isRenewal()) {
                return Outcome.RENEWAL_DROPPED;
            }
            if (renewals == 0) {
                return Outcome.REFUSED;
            }
            dropOldestRenewal();
            outcome = Outcome.RENEWAL_DROPPED;
        }
        waiting.computeIfAbsent(change.principal(), principal -> new ArrayDeque<>(2))
                .addLast(change);
        count(change, 1);
        return outcome;
    }

    /**
     * The next change, of a principal none of whose changes is being told; {@link #done} must follow. Null when there is none: the
     * worker is then no longer counted.
     */
    synchronized @Nullable Change take() {
        Iterator<Map.Entry<Principal, Deque<Change>>> each = waiting.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Principal, Deque<Change>> next = each.next();
            if (!running.contains(next.getKey())) {
                Change change = next.getValue().removeFirst();
                if (next.getValue().isEmpty()) {
                    each.remove();
                }
                count(change, -1);
                running.add(change.principal());
                return change;
            }
        }
        workers--;
        return null;
    }

    synchronized void done(Change change) {
        running.remove(change.principal());
    }

    synchronized int size() {
        return size;
    }

    synchronized void clear() {
        waiting.clear();
        size = 0;
        renewals = 0;
    }

    private void dropOldestRenewal() {
        Iterator<Deque<Change>> queues = waiting.values().iterator();
        while (queues.hasNext()) {
            Deque<Change> queue = queues.next();
            Iterator<Change> each = queue.iterator();
            while (each.hasNext()) {
                Change change = each.next();
                if (change.isRenewal()) {
                    each.remove();
                    count(change, -1);
                    if (queue.isEmpty()) {
                        queues.remove();
                    }
                    return;
                }
            }
        }
    }

    private void count(Change change, int by) {
        size += by;
        renewals += change.isRenewal() ? by : 0;
    }
}
