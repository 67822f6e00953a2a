package org.scpbeforerelay.store.shared;

import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that follows the log. */
public final class FollowerThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FollowerThread.class);
    private static final long NEWS_WAIT_MS = 500;
    private static final long AFTER_A_DEFECT_MS = 1_000;

    private final Follower follower;
    private final Follower.Desk desk;
    private final Thread thread;
    private volatile boolean stopping;

    public FollowerThread(Follower follower, Follower.Desk desk) {
        this.follower = follower;
        this.desk = desk;
        this.thread = Thread.ofPlatform().name("shared-log").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Ends between two steps. */
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!stopping) {
            long waitMs;
            try {
                waitMs = follower.step(desk, NEWS_WAIT_MS);
            } catch (RuntimeException | Error e) {
                LOG.error("following the shared store's log failed; it is read anew", e);
                follower.startOver();
                waitMs = AFTER_A_DEFECT_MS;
            }
            if (waitMs > 0 && !stopping) {
                LockSupport.parkNanos(waitMs * 1_000_000);
            }
        }
    }
}
