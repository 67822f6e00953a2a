package org.scpbeforerelay.relay;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;

/** The answer to a {@link RelayQuestion}, before a protocol puts it into words. */
public sealed interface RelayDecision {
    /** May relay, by this lease. */
    record Permitted(Lease lease) implements RelayDecision {}

    /**
     * May not relay.
     *
     * @param wrongSender an active lease that would permit other senders; null when there is none
     */
    record NotPermitted(@Nullable Lease wrongSender) implements RelayDecision {}

    /** Nobody there who may relay: what most questions get. */
    RelayDecision NOT_PERMITTED = new NotPermitted(null);
}
