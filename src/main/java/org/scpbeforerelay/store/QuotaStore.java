package org.scpbeforerelay.store;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.quota.QuotaEntry;

/**
 * The record of what users have used of their limits. Used by one thread at a time, but for {@link #failure}.
 *
 * <p>Guarantees: what {@link #append} was given is given by every later {@link #load} as soon as it has returned, also after
 * {@code kill -9}; after a power cut it may be missing if it is not older than a few seconds. {@link #replace} is durable when it
 * returns, and until then the former record is whole.
 */
public interface QuotaStore extends AutoCloseable {
    /**
     * Gives what was recorded, in its order, in terms of the present boot's monotonic clock. After a reboot the wall clock says
     * how much time has passed, and messages under way are over.
     */
    void load(Consumer<QuotaEntry> each) throws StoreException;

    /** Records one step. Does not wait for the disk. */
    void append(QuotaEntry entry, Moment now) throws StoreException;

    /** Records anew all there is, in place of all that was recorded. Waits for the disk. */
    void replace(List<QuotaEntry> all, Moment now) throws StoreException;

    /** Whether the record should be replaced: it has grown long, or a step is missing in it. */
    boolean wantsReplacing();

    /** Why the last step could not be recorded, while that lasts; safe from any thread. */
    @Nullable
    String failure();

    @Override
    void close();
}
