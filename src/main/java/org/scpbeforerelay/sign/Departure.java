package org.scpbeforerelay.sign;

import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.UserName;

/**
 * The end of a lease on an address.
 *
 * @param user whose it was
 * @param atMs when it ended, by the monotonic clock
 */
public record Departure(UserName user, long atMs) {
    /** The end of this lease, which is taken away now: because its time has come, or before. */
    public static Departure of(Lease lease, Moment now) {
        return new Departure(lease.user(), Math.min(now.monotonicMs(), lease.deadlineMs()));
    }

    /** How long ago it was, in milliseconds; never negative. */
    public long agoMs(Moment now) {
        return Math.max(0, now.monotonicMs() - atMs);
    }
}
