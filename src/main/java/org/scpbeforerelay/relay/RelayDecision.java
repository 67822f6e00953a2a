package org.scpbeforerelay.relay;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.quota.Charge;
import org.scpbeforerelay.quota.Exhausted;

/** The answer to a {@link RelayQuestion}, before a protocol puts it into words. */
public sealed interface RelayDecision {
    /**
     * May relay, by this lease.
     *
     * @param charge what to count on the lease's user before anybody is told; null when the user has no limits
     */
    record Permitted(Lease lease, @Nullable Charge charge) implements RelayDecision {
        /** By the lease of a user without limits. */
        public Permitted(Lease lease) {
            this(lease, null);
        }
    }

    /**
     * May not relay now, but later: the limit of a user is reached whose lease would permit it otherwise.
     *
     * @param limit of all leases on the address the one that ends first
     */
    record OverQuota(Lease lease, Exhausted limit) implements RelayDecision {}

    /**
     * May not relay.
     *
     * @param wrongSender an active lease that would permit other senders; null when there is none
     */
    record NotPermitted(@Nullable Lease wrongSender) implements RelayDecision {}

    /** Nobody there who may relay: what most questions get. */
    RelayDecision NOT_PERMITTED = new NotPermitted(null);
}
