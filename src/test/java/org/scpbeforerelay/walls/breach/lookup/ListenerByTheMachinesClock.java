package org.scpbeforerelay.walls.breach.lookup;

/** Breach: time from elsewhere than the clock. */
public final class ListenerByTheMachinesClock {
    public boolean isOver(long expiresAtMs) {
        return System.currentTimeMillis() >= expiresAtMs;
    }
}
