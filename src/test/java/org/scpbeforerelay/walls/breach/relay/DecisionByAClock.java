package org.scpbeforerelay.walls.breach.relay;

import org.scpbeforerelay.clock.Clock;

/** Breach: the core takes a clock instead of a moment. */
public final class DecisionByAClock {
    public long now(Clock clock) {
        return clock.now().wallMs();
    }
}
