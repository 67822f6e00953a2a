package org.scpbeforerelay.console.follow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.registry.LeaseEvent;

/**
 * Tells everybody who listens what happens. The one who tells never waits: a listener who does not keep up misses events, and is told
 * that. The last few hundred are kept for those who come back. Any thread.
 */
public final class Broadcast implements AutoCloseable {
    /** How many may listen at once. */
    public static final int LISTENERS_MAX = 24;

    private static final int WAITING_MAX = 256;
    private static final int KEPT = 512;

    private final long startedAtMs;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final Deque<Told> kept = new ArrayDeque<>();
    private long number;
    private boolean closed;

    Broadcast(long startedAtMs) {
        this.startedAtMs = startedAtMs;
    }

    /**
     * An event with its number.
     *
     * @param id what who comes back shows: it tells this run of the daemon from others
     */
    public record Told(String id, LeaseEvent event) {}

    /** Tells all. */
    synchronized void tell(LeaseEvent event) {
        Told told = new Told(startedAtMs + "-" + ++number, event);
        kept.addLast(told);
        if (kept.size() > KEPT) {
            kept.removeFirst();
        }
        for (Listener listener : listeners) {
            if (!listener.waiting.offer(told)) {
                listener.missed.set(true);
            }
        }
    }

    /**
     * Begins to listen; null when too many do.
     *
     * @param lastId the last event that this listener knows of; null for a new one
     */
    public synchronized @Nullable Listener listen(@Nullable String lastId) {
        if (closed || listeners.size() >= LISTENERS_MAX) {
            return null;
        }
        Listener listener = new Listener();
        if (lastId != null) {
            List<Told> since = since(lastId);
            listener.missed.set(since == null || since.size() > WAITING_MAX);
            if (since != null && since.size() <= WAITING_MAX) {
                listener.waiting.addAll(since);
            }
        }
        listeners.add(listener);
        return listener;
    }

    /** How many listen. */
    public int listeners() {
        return listeners.size();
    }

    private @Nullable List<Told> since(String lastId) {
        if (lastId.equals(startedAtMs + "-" + number)) {
            return List.of();
        }
        List<Told> since = new ArrayList<>();
        boolean found = false;
        for (Told told : kept) {
            if (found) {
                since.add(told);
            }
            found |= told.id.equals(lastId);
        }
        return found ? since : null;
    }

    @Override
    public synchronized void close() {
        closed = true;
        listeners.clear();
    }

    /** One who listens. */
    public final class Listener implements AutoCloseable {
        private final BlockingQueue<Told> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
        private final AtomicBoolean missed = new AtomicBoolean();

        /** Waits for the next event; null when none came in this time. */
        public @Nullable Told next(long mostMs) throws InterruptedException {
            return waiting.poll(mostMs, TimeUnit.MILLISECONDS);
        }

        /** Whether events were lost since this was asked last: the listener should look at the whole anew. */
        public boolean hasMissed() {
            return missed.getAndSet(false);
        }

        @Override
        public void close() {
            listeners.remove(this);
        }
    }
}
