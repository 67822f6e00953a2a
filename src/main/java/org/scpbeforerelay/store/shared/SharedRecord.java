package org.scpbeforerelay.store.shared;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.SpentElsewhere;
import org.scpbeforerelay.quota.SpentElsewhere.Tally;

/** One word of one host about one place in the book. */
public sealed interface SharedRecord {
    /** Its order: see {@link Stamps}. */
    long stamp();

    /**
     * A lease was granted or renewed.
     *
     * @param leftMs what was left of it when this was written to the log
     * @param lease as its host has it; its deadline means nothing elsewhere
     */
    record Granted(long stamp, long leftMs, Lease lease) implements SharedRecord {}

    /**
     * Nothing stands in this place any more.
     *
     * @param untilMs from this instant of the wall clock on, no older word about the place can be alive
     */
    record Revoked(long stamp, LeaseKey key, long untilMs) implements SharedRecord {}

    /** Its host lives. */
    record Alive(long stamp) implements SharedRecord {}

    /** What its host has counted on a user with limits, as totals; see {@link SpentElsewhere}. */
    record Spent(
            long stamp,
            UserName user,
            @Nullable Tally messages,
            @Nullable Tally recipients) implements SharedRecord {}
}
