package org.scpbeforerelay.quota;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.SpentElsewhere.Heard;

/**
 * One step of the ledger, as it is recorded: where a user's count stands after it. So the last entry of a user says all, and an
 * entry that is read twice changes nothing.
 *
 * @param share of which message it was; null when that has no name
 * @param heard what of other hosts is in it; null when that has not changed
 */
public record QuotaEntry(
        UserName user,
        Usage usage,
        @Nullable Share share,
        @Nullable List<Heard> heard) {
    public QuotaEntry {
        heard = heard == null ? null : List.copyOf(heard);
    }

    /** Of a step of this host's own. */
    public QuotaEntry(UserName user, Usage usage, @Nullable Share share) {
        this(user, usage, share, null);
    }

    /**
     * What of a message is counted on the user.
     *
     * @param atMs when something of it was counted last, by the monotonic clock
     * @param recipients how many recipients of it are counted
     * @param whole whether {@code seen} is all that is known, or what has been added
     * @param seen which recipients are counted, by digest
     */
    public record Share(MessageName message, long atMs, long recipients, boolean whole, List<Long> seen) {
        public Share {
            seen = List.copyOf(seen);
        }
    }
}
