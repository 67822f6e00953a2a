package org.scpbeforerelay.registry;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.store.LeaseStore;

/**
 * Brings recorded leases back at start.
 *
 * <p>Within the same run of the machine the recorded deadline still counts, also for a lease that seems to be over: the wall
 * clock may run ahead and be set right. After a reboot the deadline is worked out anew from the wall clock, and never lies further
 * off than the lease's whole term; what is over by then is dropped, because no other clock could end it if the wall clock were
 * stepped back. A lease that was renewed in the future is dropped: the clock was stepped back meanwhile, and nobody can say how
 * much of the lease is left.
 *
 * <p>After a reboot nothing is revived before the wall clock is synchronised: {@link WaitingLeases}.
 */
public final class Recovery {
    private final String bootId;

    /** {@code bootId}: of the machine's present run. */
    Recovery(String bootId) {
        this.bootId = bootId;
    }

    /**
     * What came of a start.
     *
     * @param revived leases in the book
     * @param dropped recorded leases that had ended, lay in the future, or whose user or key is gone
     */
    public record Report(int revived, int dropped) {}

    /**
     * What to tell of a lease that the start drops.
     *
     * @param isActive whether it would be active yet
     */
    static LeaseEvent endOf(Lease lease, boolean isActive, Moment now) {
        if (isActive) {
            return new LeaseEvent.Revoked(
                    lease,
                    "its user or key was removed, disabled or has expired while the daemon was away",
                    now.wallMs());
        }
        return lease.renewedAtMs() > now.wallMs()
                ? new LeaseEvent.Revoked(lease, "the clock was set back while the daemon was away", now.wallMs())
                : new LeaseEvent.Expired(lease, now.wallMs());
    }

    /** Whether no clock but the wall clock can say what is left of it. */
    boolean isOfAnotherBoot(LeaseStore.Recorded recorded) {
        return !recorded.bootId().equals(bootId);
    }

    /** The lease by today's clocks; null when it is over for good. */
    @Nullable
    Lease revive(LeaseStore.Recorded recorded, Moment now) {
        Lease lease = recorded.lease();
        if (lease.renewedAtMs() > now.wallMs()) {
            return null;
        }
        boolean sameBoot = !isOfAnotherBoot(recorded);
        // Not renewed in the future, so what is left is never more than the whole term.
        long leftMs = lease.expiresAtMs() - now.wallMs();
        if (!sameBoot && leftMs <= 0) {
            return null;
        }
        Lease revived = sameBoot ? lease : lease.withDeadlineMs(now.monotonicMs() + leftMs);
        return revived.overForGoodAt(now) ? null : revived;
    }
}
