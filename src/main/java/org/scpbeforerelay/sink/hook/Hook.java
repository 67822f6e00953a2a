package org.scpbeforerelay.sink.hook;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One hook: its queue, and up to {@link #AT_ONCE} runs of its program at a time. */
final class Hook implements AutoCloseable {
    /** How many principals' changes may be told at the same time. */
    static final int AT_ONCE = 4;

    private static final long CLOSE_WAIT_MS = 5_000;
    private static final long KILL_WAIT_MS = 1_000;
    private static final long SAY_EVERY_NS = 60_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Hook.class);

    private final HookSettings settings;
    private final ChangeQueue queue;
    private final ExecutorService runners;
    private final AtomicLong runs = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong renewalsDropped = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong lastSaidNs = new AtomicLong(System.nanoTime() - SAY_EVERY_NS);
    private volatile @Nullable String failure;

    Hook(HookSettings settings) {
        this.settings = settings;
        this.queue = new ChangeQueue(settings.waitingMax(), AT_ONCE);
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                AT_ONCE,
                AT_ONCE,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("hook-", 1).daemon().factory());
        pool.allowCoreThreadTimeOut(true);
        this.runners = pool;
    }

    HookSettings settings() {
        return settings;
    }

    /** Never blocks. */
    void tell(Change change) {
        switch (queue.add(change)) {
            case WAITS -> {}
            case RENEWAL_DROPPED -> renewalsDropped.incrementAndGet();
            case REFUSED -> sayRefused(change);
        }
        if (queue.hire()) {
            try {
                runners.execute(this::work);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                // It has been closed, or no thread can be made now: the next change tries again.
                queue.dismiss();
            }
        }
    }

    HookHealth health() {
        return new HookHealth(
                settings.run(),
                runs.get(),
                failures.get(),
                renewalsDropped.get(),
                refused.get(),
                queue.size(),
                failure);
    }

    /** Lets what waits be told for some seconds, and ends the rest, saying so. */
    @Override
    public void close() {
        runners.shutdown();
        try {
            if (!runners.awaitTermination(CLOSE_WAIT_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("hook {}: {} changes were not told: the daemon ends", settings.run(), queue.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        queue.clear();
        runners.shutdownNow();
        try {
            // What still runs is killed on its runner's thread; the daemon must not end before that.
            runners.awaitTermination(KILL_WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        for (Change change = queue.take(); change != null; change = queue.take()) {
            try {
                tellNow(change);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                queue.clear();
            } catch (RuntimeException | Error e) {
                failures.incrementAndGet();
                LOG.error("hook {} failed inside at {}; it goes on with the next change", settings.run(), change, e);
            } finally {
                queue.done(change);
            }
        }
    }

    private void tellNow(Change change) throws InterruptedException {
        HookRun.Result result = HookRun.run(settings.run(), change.environment(), settings.limit());
        runs.incrementAndGet();
        failure = result.failure();
        String what = change.event() + " " + change.principal() + " " + change.address();
        if (result.failure() != null) {
            failures.incrementAndGet();
            LOG.warn("hook {} for {}: {}; it said: {}", settings.run(), what, result.failure(), quoted(result.said()));
        } else if (!result.said().isEmpty()) {
            LOG.info("hook {} for {} said: {}", settings.run(), what, quoted(result.said()));
        }
    }

    /** What a program said must not look like lines of ours. */
    private static String quoted(String said) {
        return said.isEmpty() ? "nothing" : said.replaceAll("\\R", " | ").replaceAll("\\p{Cntrl}", "?");
    }

    private void sayRefused(Change change) {
        long count = refused.incrementAndGet();
        long last = lastSaidNs.get();
        long now = System.nanoTime();
        if (now - last >= SAY_EVERY_NS && lastSaidNs.compareAndSet(last, now)) {
            LOG.error(
                    "hook {}: {} changes wait and no more can; '{} {} {}' is not told ({} since the start)",
                    settings.run(),
                    queue.size(),
                    change.event(),
                    change.principal(),
                    change.address(),
                    count);
        }
    }
}
