package org.scpbeforerelay.walls.breach.registry;

/** Breach: a clock that stands still while the machine sleeps. */
public final class RegistryWithAStopwatch {
    public long started() {
        return System.nanoTime();
    }
}
