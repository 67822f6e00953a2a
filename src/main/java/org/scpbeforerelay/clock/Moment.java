package org.scpbeforerelay.clock;

import java.time.Instant;

/**
 * One reading of both clocks.
 *
 * @param wallMs milliseconds since 1970-01-01T00:00:00Z by the wall clock, which may be stepped in either direction
 * @param monotonicMs milliseconds by a clock that never goes back and goes on while the machine sleeps; its zero is the boot
 */
public record Moment(long wallMs, long monotonicMs) {
    /** This moment, {@code ms} later on both clocks. */
    public Moment plusMs(long ms) {
        return new Moment(wallMs + ms, monotonicMs + ms);
    }

    public Instant wall() {
        return Instant.ofEpochMilli(wallMs);
    }
}
