package org.scpbeforerelay.lookup;

import org.scpbeforerelay.clock.Clock;

/**
 * The monotonic time as it was when the loop's present round began: read once for all the requests of the round. Good enough for
 * the age of messages and of silence; leases are decided by the desk, which reads the clock itself. Belongs to one thread.
 */
final class RoundClock {
    private final Clock clock;
    private long nowMs;

    RoundClock(Clock clock) {
        this.clock = clock;
        this.nowMs = clock.now().monotonicMs();
    }

    /** Reads the clock. */
    void read() {
        nowMs = clock.now().monotonicMs();
    }

    /** What was read last. */
    long nowMs() {
        return nowMs;
    }
}
