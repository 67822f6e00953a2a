package org.scpbeforerelay.registry;

import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;

/** What has happened to a lease, or did not come to be one. */
public sealed interface LeaseEvent {
    /** When, by the wall clock, in milliseconds. */
    long atMs();

    /** A lease on an address that the principal did not have. */
    record Granted(Lease lease, long atMs) implements LeaseEvent {}

    /** The same address, announced again. */
    record Renewed(Lease lease, long atMs) implements LeaseEvent {}

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
