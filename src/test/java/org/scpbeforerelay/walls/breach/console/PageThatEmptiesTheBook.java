package org.scpbeforerelay.walls.breach.console;

import org.scpbeforerelay.lease.LeaseBook;

/** Breach: a second writer of the book, that takes away. */
public final class PageThatEmptiesTheBook {
    public void revoke(LeaseBook book) {
        book.all().forEach(lease -> book.remove(lease.key()));
    }
}
