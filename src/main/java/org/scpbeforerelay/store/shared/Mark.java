package org.scpbeforerelay.store.shared;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;

/** The last word on one place of the book. A class and not a record: there are millions, and what changes is few. */
final class Mark {
    final long stamp;
    final boolean mine;

    /** When nothing older can be alive any more, by the engine's clock. */
    long untilMs;

    /** As this host's book has it; null: nothing stands here. */
    @Nullable
    Lease lease;

    /** Which replay of the log had it. */
    int replay;

    /** When it was last written to the log, by the engine's clock; 0: the log does not have it. */
    long seenMs;

    Mark(long stamp, @Nullable Lease lease, long untilMs, boolean mine) {
        this.stamp = stamp;
        this.lease = lease;
        this.untilMs = untilMs;
        this.mine = mine;
    }

    /** Of two words with one stamp, from two hosts in the same instant, all hosts take the same. */
    boolean isBeatenBy(long otherStamp, @Nullable Lease other) {
        if (otherStamp != stamp || lease == null) {
            return otherStamp > stamp;
        }
        return other == null || other.address().compareTo(lease.address()) > 0;
    }

    /** Whether a word with the same stamp is this one, and not another host's of the same instant. */
    boolean says(@Nullable Lease other) {
        return lease == null ? other == null : other != null && lease.address().equals(other.address());
    }

    /** Whether two leases are the same grant; the end may differ by what one host keeps back for its clock. */
    static boolean sameWord(Lease one, Lease other) {
        return one.address().equals(other.address())
                && one.prefixLength() == other.prefixLength()
                && one.source() == other.source()
                && one.held() == other.held()
                && one.proof().equals(other.proof())
                && Math.abs(one.expiresAtMs() - other.expiresAtMs()) <= View.SKEW_MAX_MS
                && one.renewedAtMs() == other.renewedAtMs();
    }
}
