package org.scpbeforerelay.agent;

import java.util.function.BooleanSupplier;
import org.scpbeforerelay.clock.Clock;

/**
 * What one way waits at. It is rung when addresses may have changed, when a run of ssh is over, when time has passed (waiting
 * stands still while the machine sleeps, so every wait ends at a tick and is weighed anew by the boot clock), and at the end.
 */
final class Bell {
    private final Clock clock;
    private boolean rung;
    private boolean atOnce;
    private boolean ended;

    Bell(Clock clock) {
        this.clock = clock;
    }

    /** Something may be different: look again. */
    synchronized void ring() {
        rung = true;
        notifyAll();
    }

    /** Announce, whatever the interval says. */
    synchronized void ringForAll() {
        atOnce = true;
        ring();
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Whether {@link #ringForAll} was called since it was asked last. */
    synchronized boolean takeAtOnce() {
        boolean asked = atOnce;
        atOnce = false;
        return asked;
    }

    /** Somebody else waits at it as well: time has passed, or a run is over. Does not count as a ring. */
    synchronized void tick() {
        notifyAll();
    }

    /** Waits for a ring, for that moment of the boot clock, for the end, or for {@code over}. True when it was rung. */
    synchronized boolean awaitRing(long untilBootMs, BooleanSupplier over) throws InterruptedException {
        while (!rung && !ended && !over.getAsBoolean()) {
            long leftMs = untilBootMs - clock.now().monotonicMs();
            if (leftMs <= 0) {
                return false;
            }
            wait(leftMs);
        }
        boolean was = rung;
        rung = false;
        return was;
    }
}
