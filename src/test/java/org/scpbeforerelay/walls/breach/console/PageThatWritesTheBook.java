package org.scpbeforerelay.walls.breach.console;

import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;

/** Breach: a second writer of the book. */
public final class PageThatWritesTheBook {
    public void grant(LeaseBook book, Lease lease) {
        book.put(lease);
    }
}
