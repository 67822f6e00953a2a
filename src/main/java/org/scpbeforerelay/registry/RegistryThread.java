package org.scpbeforerelay.registry;

import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that writes: runs a round whenever something waits, and when a lease may have ended. */
public final class RegistryThread implements AutoCloseable {
    /** How long it sleeps at the most, so that owed work is tried again. */
    private static final long IDLE_MAX_MS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(RegistryThread.class);

    private final Registry registry;
    private final Thread thread;
    private volatile boolean stopping;

    public RegistryThread(Registry registry) {
        this.registry = registry;
        this.thread = Thread.ofPlatform().name("registry").unstarted(this::run);
        registry.onWork(() -> LockSupport.unpark(thread));
    }

    public void start() {
        thread.start();
    }

    /** Carries out what waits, then stops. An interrupt ends the waiting, not the work. */
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
        while (!stopping || registry.hasWork()) {
            try {
                registry.runOnce();
            } catch (RuntimeException | Error e) {
                // A defect in one round, or a class that could not be loaded for want of file handles, must not end the
                // writer: who asked is told, and so is the operator. Want of memory ends the process by itself.
                LOG.error("a round of the registry failed; what was asked in it has failed too", e);
            }
            if (!stopping && !registry.hasWork()) {
                LockSupport.parkNanos(registry.untilNextRoundMs(IDLE_MAX_MS) * 1_000_000L + 1);
            }
        }
    }
}
