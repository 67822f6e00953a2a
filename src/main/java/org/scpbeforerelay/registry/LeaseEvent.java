package org.scpbeforerelay.registry;

import java.util.List;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.sign.Sign;

/** What has happened to a lease, or did not come to be one. */
public sealed interface LeaseEvent {
    /** When, by the wall clock, in milliseconds. */
    long atMs();

    /**
     * A lease on an address that the principal did not have.
     *
     * @param signs what is odd about the address
     */
    record Granted(Lease lease, List<Sign> signs, long atMs) implements LeaseEvent {
        public Granted {
            signs = List.copyOf(signs);
        }

        /** With nothing odd about it. */
        public Granted(Lease lease, long atMs) {
            this(lease, List.of(), atMs);
        }
    }

    /**
     * The same address, announced again.
     *
     * @param signs what is odd about the address, when this announcement has told of something new; else none
     */
    record Renewed(Lease lease, List<Sign> signs, long atMs) implements LeaseEvent {
        public Renewed {
            signs = List.copyOf(signs);
        }

        /** With nothing new. */
        public Renewed(Lease lease, long atMs) {
            this(lease, List.of(), atMs);
        }
    }

    /**
     * Ended before its time.
     *
     * @param why for the record: {@code replaced by 203.0.113.9}, {@code by operator root}
     */
    record Revoked(Lease lease, String why, long atMs) implements LeaseEvent {}

    /** Its end has come. */
    record Expired(Lease lease, long atMs) implements LeaseEvent {}

    /** An announcement that was not granted. */
    record Refused(Announcement announcement, Verdict.Refused verdict, long atMs) implements LeaseEvent {}
}
