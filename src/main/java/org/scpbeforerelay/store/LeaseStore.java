package org.scpbeforerelay.store;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;

/**
 * The durable record of leases. Used by one thread at a time.
 *
 * <p>Guarantees: after {@link #commit} has returned, its changes are on disk and will be given by every later {@link #load},
 * also after {@code kill -9} or a power cut at any instant. When it throws, or is killed, all of them will be given or none:
 * a disk may fail at the very end of a commit, and nobody can tell which. The next commit that returns settles that: what it
 * says of a key counts. Changes apply in their order.
 */
public interface LeaseStore extends AutoCloseable {
    /**
     * A lease as it was recorded.
     *
     * @param lease its {@code deadlineMs} is by the monotonic clock of {@code bootId}
     * @param bootId the run of the machine during which it was recorded
     */
    record Recorded(Lease lease, String bootId) {}

    /** Gives every recorded lease, in any order. */
    void load(Consumer<Recorded> each) throws StoreException;

    /** Records changes durably, all or none. {@code bootId} names the monotonic clock of the deadlines in them. */
    void commit(List<LeaseChange> changes, String bootId) throws StoreException;

    /** Whether other hosts grant leases in the same book: then it may hold some of users who are not known here. */
    default boolean isShared() {
        return false;
    }

    /** Why announcements must be refused at present although this host could record them; null when they need not. */
    default @Nullable String refusal() {
        return null;
    }

    /**
     * What a client must be told of the lease that the last commit recorded: that it counts at this host alone. Null when there
     * is nothing to tell.
     */
    default @Nullable String caveat() {
        return null;
    }

    /** Whether what counts at this host alone must not be granted. */
    default boolean refusesAlone() {
        return false;
    }

    /**
     * Whether a renewal need not be recorded: enough is left of the lease as it stands. The client is then told the end of that
     * one.
     */
    default boolean spares(Lease former, Lease fresh, Moment now) {
        return false;
    }

    /** Where it is and how it fares, in one line for {@code status}. */
    String describe();

    @Override
    void close();
}
