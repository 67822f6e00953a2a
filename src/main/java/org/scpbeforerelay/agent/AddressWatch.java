package org.scpbeforerelay.agent;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.scpbeforerelay.clock.Clock;

/**
 * Tells when this machine's addresses may have changed: at once by the kernel's notices, every 2 s by asking where there are
 * none. Tells, too, when the machine has slept: the boot clock then went on while waiting stood still.
 */
final class AddressWatch implements AutoCloseable {
    /** Who wants to know. Called on the watch's own thread; must not block. */
    interface Listener {
        /** Addresses or links may be others now. */
        void addressesChanged();

        /** There may be a way now where there was none. */
        void routesChanged();

        /** The machine slept for about so long. */
        void slept(long ms);

        /** Some seconds have passed. */
        void tick();
    }

    static final int POLL_MS = 2000;
    private static final int TICK_MS = 5000;
    private static final long SLEEP_MS_MIN = 3000;

    private final Clock clock;
    private final Listener listener;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch watching = new CountDownLatch(1);
    private final boolean polled;
    private long bootMs;
    private long awakeNs;

    AddressWatch(Clock clock, Listener listener, boolean polled) {
        this.clock = clock;
        this.listener = listener;
        this.polled = polled;
        thread = Thread.ofPlatform().daemon().name("addresses").unstarted(this::watch);
    }

    /** Returns when changes from now on will be told. */
    void start() throws InterruptedException {
        thread.start();
        watching.await();
    }

    private void watch() {
        bootMs = clock.now().monotonicMs();
        awakeNs = System.nanoTime();
        if (!polled) {
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                watching.countDown();
                while (!isClosing(0)) {
                    switch (netlink.awaitNotice(TICK_MS)) {
                        case ADDRESSES -> listener.addressesChanged();
                        case ROUTES -> listener.routesChanged();
                        case NONE -> {
                            // A tick alone.
                        }
                    }
                    pass();
                }
                return;
            } catch (IOException e) {
                // Then by asking.
            }
        }
        poll();
    }

    private void poll() {
        String known = LocalAddresses.read().fingerprint();
        watching.countDown();
        while (!isClosing(POLL_MS)) {
            String present = LocalAddresses.read().fingerprint();
            if (!present.equals(known)) {
                known = present;
                listener.addressesChanged();
            }
            pass();
        }
    }

    private void pass() {
        long boot = clock.now().monotonicMs();
        long awake = System.nanoTime();
        long sleptMs = boot - bootMs - TimeUnit.NANOSECONDS.toMillis(awake - awakeNs);
        bootMs = boot;
        awakeNs = awake;
        if (sleptMs >= SLEEP_MS_MIN) {
            listener.slept(sleptMs);
        }
        listener.tick();
    }

    private boolean isClosing(long waitMs) {
        try {
            return closing.await(waitMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** The thread ends within some seconds; nothing waits for it. */
    @Override
    public void close() {
        closing.countDown();
    }
}
