package org.scpbeforerelay.store.shared;

import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;

/**
 * By which clocks a record is judged.
 *
 * @param now this host's clocks
 * @param engineMs the engine's clock, in milliseconds since 1970, as far as it is known
 * @param trusted whether this host's wall clock is within {@link #SKEW_MAX_MS} of the engine's
 * @param maxTermMs the longest term that a lease has here
 */
record View(Moment now, long engineMs, boolean trusted, long maxTermMs) {
    /** How far a host's wall clock may be off the engine's. A lease of another host ends so much earlier here. */
    static final long SKEW_MAX_MS = 2_000;

    /**
     * Another host's lease as this host may believe it: never longer than by any clock that could be asked.
     *
     * @param entryMs when it was written to the log, by the engine's clock
     * @param skewMs what to keep back for the writer's clock and this one
     * @return its deadline may have passed already
     */
    Lease believed(SharedRecord.Granted granted, long entryMs, long skewMs) {
        Lease lease = granted.lease();
        long byWall = lease.expiresAtMs() - now.wallMs() - skewMs;
        long byEngine = Math.min(granted.leftMs(), maxTermMs) - Math.max(0, engineMs - entryMs);
        long renewedAtMs = Math.min(lease.renewedAtMs(), now.wallMs());
        return new Lease(
                lease.key(),
                lease.address(),
                lease.prefixLength(),
                lease.source(),
                lease.held(),
                lease.proof(),
                Math.min(lease.grantedAtMs(), renewedAtMs),
                renewedAtMs,
                lease.expiresAtMs() - skewMs,
                now.monotonicMs() + Math.min(byWall, byEngine));
    }
}
