package org.scpbeforerelay.source.ssh;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one connection makes us keep: requests that are not whole yet, answers that it has not read. All connections of a user may
 * make us keep {@link #OF_A_USER_MAX} together: each by itself is bounded, but a user may have a thousand. Any thread may call.
 */
final class Kept {
    /** A thousand connections that hold a lease, or are in the middle of a copy, take half of it. */
    static final long OF_A_USER_MAX = 32 * 1024 * 1024;

    private final AtomicLong ofUser;
    private long mine;
    private boolean ended;

    /** A connection's part of what is kept for its user. */
    Kept(AtomicLong ofUser) {
        this.ofUser = ofUser;
    }

    /** So much more is kept, or less when it is negative; false when it is too much for the user. */
    synchronized boolean change(long more) {
        if (ended) {
            return true;
        }
        mine += more;
        return ofUser.addAndGet(more) <= OF_A_USER_MAX || more <= 0;
    }

    /** The connection is gone, and with it all that it made us keep. */
    synchronized void end() {
        ended = true;
        ofUser.addAndGet(-mine);
        mine = 0;
    }
}
