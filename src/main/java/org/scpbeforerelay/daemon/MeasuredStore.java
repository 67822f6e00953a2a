package org.scpbeforerelay.daemon;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.Timings;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;

/** A store whose commits are timed; whichever store it is. */
final class MeasuredStore implements LeaseStore {
    private final LeaseStore store;
    private final Timings commits =
            Timings.ofSeconds(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5);
    private final LongAdder failures = new LongAdder();
    private final LongAdder changes = new LongAdder();

    MeasuredStore(LeaseStore store) {
        this.store = store;
    }

    @Override
    public void load(Consumer<Recorded> each) throws StoreException {
        store.load(each);
    }

    @Override
    public void commit(List<LeaseChange> all, String bootId) throws StoreException {
        long beganNs = System.nanoTime();
        boolean done = false;
        try {
            store.commit(all, bootId);
            done = true;
            changes.add(all.size());
        } finally {
            if (!done) {
                failures.increment();
            }
            commits.tookNs(System.nanoTime() - beganNs);
        }
    }

    @Override
    public boolean isShared() {
        return store.isShared();
    }

    @Override
    public @Nullable String refusal() {
        return store.refusal();
    }

    @Override
    public @Nullable String caveat() {
        return store.caveat();
    }

    @Override
    public boolean refusesAlone() {
        return store.refusesAlone();
    }

    @Override
    public boolean spares(Lease former, Lease fresh, Moment now) {
        return store.spares(former, fresh, now);
    }

    @Override
    public String describe() {
        return store.describe();
    }

    @Override
    public void close() {
        store.close();
    }

    /** How long each commit took. */
    Timings commits() {
        return commits;
    }

    /** How many commits failed. */
    long failures() {
        return failures.sum();
    }

    /** How many changes of leases were recorded. */
    long changes() {
        return changes.sum();
    }
}
