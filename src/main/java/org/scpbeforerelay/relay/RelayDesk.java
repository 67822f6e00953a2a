package org.scpbeforerelay.relay;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.quota.Usage;

/** Where mail servers' questions are answered. Must not block; safe from any thread. */
public interface RelayDesk {
    /** Whether the book is loaded. Until then no answer may be drawn from it, neither yes nor no. */
    boolean isReady();

    /** The answer at this moment. Counts nothing: that is for whoever gives the answer away. */
    RelayDecision decide(RelayQuestion question);

    /** The answer at this moment, with what it was made of. Never counted. */
    Explanation explain(RelayQuestion question);

    /**
     * An answer with its reasons.
     *
     * @param decision what a mail server would be told
     * @param leases every lease on the address, active or not, with its weight in the decision
     */
    record Explanation(RelayDecision decision, List<Weighed> leases) {
        public Explanation {
            leases = List.copyOf(leases);
        }
    }

    /**
     * One lease, weighed.
     *
     * @param leftMs how long it lasts, in milliseconds
     * @param usage what its user has used of the present limits, as it stands now; null when the user has none
     */
    record Weighed(
            Lease lease,
            Weight weight,
            long leftMs,
            @Nullable Usage usage) {}
}
