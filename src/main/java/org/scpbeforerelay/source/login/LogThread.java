package org.scpbeforerelay.source.login;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that follows one log, whatever befalls it. */
final class LogThread {
    private static final Logger LOG = LoggerFactory.getLogger(LogThread.class);
    private static final long AFTER_FAILURE_MS = 1_000;
    private static final long CLOSE_WITHIN_MS = 5_000;

    /** What one thread does until it is stopped. */
    interface Following {
        /** Follows until stopped or in trouble; calls {@code well} when the log was read. */
        void follow(CountDownLatch stopped, Runnable well) throws IOException, InterruptedException;

        /** Makes {@link #follow} return soon. */
        void stop();
    }

    private final Following following;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable String trouble;

    LogThread(String name, Following following) {
        this.following = following;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopped.countDown();
        following.stop();
    }

    void join() {
        try {
            if (!thread.join(Duration.ofMillis(CLOSE_WITHIN_MS))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void well() {
        if (trouble != null) {
            LOG.info("{} is followed again", thread.getName());
            trouble = null;
        }
    }

    /** Why the log cannot be followed now; null while it can. */
    @Nullable
    String trouble() {
        return trouble;
    }

    private void run() {
        while (stopped.getCount() > 0) {
            try {
                following.follow(stopped, this::well);
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException | Error e) {
                // Whatever it was: a log that nobody follows would be noticed by nobody.
                String found = thread.getName() + " cannot be followed: " + e;
                if (!found.equals(trouble)) {
                    LOG.warn("{}; trying again every second", found);
                }
                trouble = found;
            }
            try {
                if (stopped.await(AFTER_FAILURE_MS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
