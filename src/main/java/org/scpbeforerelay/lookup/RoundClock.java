package org.scpbeforerelay.lookup;

import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;

/**
 * The time as it was when the loop's present round began: read once for all the requests of the round. Good enough for
 * the age of messages and of silence; leases are decided by the desk, which reads the clock itself. Belongs to one thread.
 */
final class RoundClock {
    private final Clock clock;
    private Moment now;

    RoundClock(Clock clock) {
        this.clock = clock;
        this.now = clock.now();
    }

    /** Reads the clock. */
    void read() {
        now = clock.now();
    }

    /** What was read last. */
    long nowMs() {
        return now.monotonicMs();
    }

    /** The wall clock's time at the same reading. */
    long wallMs() {
        return now.wallMs();
    }
}
