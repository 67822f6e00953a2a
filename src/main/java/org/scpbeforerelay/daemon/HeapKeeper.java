package org.scpbeforerelay.daemon;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the heap about as large as what lives in it.
 *
 * <p>The serial collector, which needs the least memory, clears its old generation only when the whole heap it may take is
 * full: a quarter of the machine. Every renewal leaves a former lease there, so a daemon with a hundred megabytes of leases
 * would grow to gigabytes. This asks for a full collection whenever the old generation has grown by half since the last one.
 * The pause is proportional to what lives: some 0.1 s for 100,000 leases.
 */
final class HeapKeeper implements AutoCloseable {
    private static final long EVERY_SECONDS = 5;
    private static final long SLACK_BYTES = 8L << 20;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("heap-keeper").factory());
    private final @Nullable MemoryPoolMXBean old = oldGeneration();
    private long livingBytes;

    /** Collects what starting left behind, then keeps watch. With another collector it does nothing: those shrink by themselves. */
    static HeapKeeper begin() {
        HeapKeeper keeper = new HeapKeeper();
        if (keeper.old != null) {
            keeper.timer.execute(keeper::collect);
            keeper.timer.scheduleWithFixedDelay(keeper::collectIfGrown, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
        }
        return keeper;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private void collectIfGrown() {
        if (old != null && old.getUsage().getUsed() > livingBytes + livingBytes / 2 + SLACK_BYTES) {
            collect();
        }
    }

    private void collect() {
        System.gc();
        livingBytes = old == null ? 0 : old.getUsage().getUsed();
    }

    private static @Nullable MemoryPoolMXBean oldGeneration() {
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP && pool.getName().equals("Tenured Gen")) {
                return pool;
            }
        }
        return null;
    }
}
