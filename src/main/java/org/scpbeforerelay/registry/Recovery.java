package org.scpbeforerelay.registry;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.store.LeaseStore;

/**
 * Brings recorded leases back at start.
 *
 * <p>Within the same run of the machine the recorded deadline still counts. After a reboot it is worked out anew from the
 * wall clock, and never lies further off than the lease's whole term. A lease that was renewed in the future is dropped: the
 * clock was stepped back meanwhile, and nobody can say how much of the lease is left.
 */
public final class Recovery {
    private final String bootId;
    private final Moment now;

    Recovery(String bootId, Moment now) {
        this.bootId = bootId;
        this.now = now;
    }

    /**
     * What came of a start.
     *
     * @param revived leases in the book
     * @param dropped recorded leases that had ended, lay in the future, or whose user or key is gone
     */
    public record Report(int revived, int dropped) {}

    /** The lease by today's clocks; null when it is over for good. */
    @Nullable
    Lease revive(LeaseStore.Recorded recorded) {
        Lease lease = recorded.lease();
        if (lease.renewedAtMs() > now.wallMs()) {
            return null;
        }
        long deadlineMs = recorded.bootId().equals(bootId)
                ? lease.deadlineMs()
                : now.monotonicMs() + remainingAfterRebootMs(lease);
        Lease revived = new Lease(
                lease.key(),
                lease.address(),
                lease.prefixLength(),
                lease.source(),
                lease.held(),
                lease.proof(),
                lease.grantedAtMs(),
                lease.renewedAtMs(),
                lease.expiresAtMs(),
                deadlineMs);
        return revived.overForGoodAt(now) ? null : revived;
    }

    // Past its end by the wall clock: kept for as long as it could have had left, in case the clock runs ahead and is
    // set right.
    private long remainingAfterRebootMs(Lease lease) {
        long left = lease.expiresAtMs() - now.wallMs();
        long term = lease.expiresAtMs() - lease.renewedAtMs();
        return left > 0 ? Math.min(left, term) : term;
    }
}
