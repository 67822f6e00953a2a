package org.scpbeforerelay.store;

import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;

/** One step from one state of the record to the next. */
public sealed interface LeaseChange {
    /** The place in the book that it concerns. */
    LeaseKey key();

    /** The lease now stands in its place, whatever stood there. */
    record Put(Lease lease) implements LeaseChange {
        @Override
        public LeaseKey key() {
            return lease.key();
        }
    }

    /** Nothing stands in this place any more. */
    record Remove(LeaseKey key) implements LeaseChange {}
}
