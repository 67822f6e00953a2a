package org.scpbeforerelay.walls.breach.relay;

import java.time.Instant;

/** Breach: the core asks for the time by way of java.time. */
public final class DecisionByAnInstant {
    public boolean isOver(Instant end) {
        return Instant.now().isAfter(end);
    }
}
