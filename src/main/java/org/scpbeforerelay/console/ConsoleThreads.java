package org.scpbeforerelay.console;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of the console: each serves one request, from its first byte to the last of its answer. Who has not shown the token has one
 * only while there is room: where others wait, the stranger who has had a thread longest loses it, and with it the connection, which an
 * interrupt closes. So half requests, and answers that nobody takes, hold up neither who knows the token nor health and metrics, for which
 * nobody needs to be known and which take a moment.
 *
 * <p>Platform threads, as for the control socket: where file handles are short at the first wait of a virtual one, none ever waits again.
 */
final class ConsoleThreads implements Executor, AutoCloseable {
    static final int MOST = 64;

    /** So long a stranger stays, whoever waits: far longer than a request takes that is sent in one piece. */
    private static final long PATIENCE_MS = 250;

    private static final long IDLE_SECONDS = 20;

    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(
            MOST,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("console-", 0).factory());
    private final ScheduledThreadPoolExecutor doorkeeper = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("console-doorkeeper").factory());

    // Since when each has its thread; the longest first. Also the lock of all that follows.
    private final Map<Thread, Long> strangers = new LinkedHashMap<>();
    private boolean isComing;

    ConsoleThreads() {
        pool.allowCoreThreadTimeOut(true);
        doorkeeper.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        doorkeeper.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable request) {
        pool.execute(() -> serve(request));
        sendForDoorkeeper();
    }

    private void serve(Runnable request) {
        synchronized (strangers) {
            strangers.put(Thread.currentThread(), System.nanoTime());
        }
        try {
            request.run();
        } finally {
            synchronized (strangers) {
                strangers.remove(Thread.currentThread());
                Thread.interrupted(); // it was meant for this request, not for the next one
            }
        }
    }

    /** Whoever is served by this thread has shown the token, and keeps it as long as the request takes. */
    void known() {
        synchronized (strangers) {
            strangers.remove(Thread.currentThread());
        }
    }

    private void sendForDoorkeeper() {
        synchronized (strangers) {
            if (!isComing && !pool.getQueue().isEmpty()) {
                isComing = true;
                doorkeeper.schedule(this::makeRoom, PATIENCE_MS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void makeRoom() {
        synchronized (strangers) {
            isComing = false;
            long now = System.nanoTime();
            Iterator<Map.Entry<Thread, Long>> longest = strangers.entrySet().iterator();
            for (int waiting = pool.getQueue().size(); waiting > 0 && longest.hasNext(); waiting--) {
                Map.Entry<Thread, Long> stranger = longest.next();
                if (now - stranger.getValue() < PATIENCE_MS * 1_000_000) {
                    break;
                }
                stranger.getKey().interrupt();
                longest.remove();
            }
        }
        sendForDoorkeeper();
    }

    /** Interrupts all that is under way. */
    @Override
    public void close() {
        doorkeeper.shutdownNow();
        pool.shutdownNow();
    }
}
