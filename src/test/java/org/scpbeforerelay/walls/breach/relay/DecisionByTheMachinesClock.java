package org.scpbeforerelay.walls.breach.relay;

/** Breach: the core asks for the time. */
public final class DecisionByTheMachinesClock {
    public boolean isOver(long expiresAtMs) {
        return System.currentTimeMillis() >= expiresAtMs;
    }
}
