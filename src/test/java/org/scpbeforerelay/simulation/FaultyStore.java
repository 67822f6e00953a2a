package org.scpbeforerelay.simulation;

import java.util.List;
import java.util.function.Consumer;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;

/** Any store, and what a disk or a power cut may do to its next commits. */
final class FaultyStore implements LeaseStore {
    enum Fault {
        NONE,
        FAILS_BEFORE,
        FAILS_AFTER,
        CRASHES_BEFORE,
        CRASHES_AFTER;

        boolean crashes() {
            return this == CRASHES_BEFORE || this == CRASHES_AFTER;
        }
    }

    /** The end of the process. What the registry does after it, as after any failure of a store, nobody sees: {@link #crashed}. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final LeaseStore real;
    Fault fault = Fault.NONE;

    /** Whether the process has ended in a commit. */
    boolean crashed;

    FaultyStore(LeaseStore real) {
        this.real = real;
    }

    @Override
    public void load(Consumer<Recorded> each) throws StoreException {
        real.load(each);
    }

    @Override
    public void commit(List<LeaseChange> changes, String bootId) throws StoreException {
        crashed |= fault.crashes();
        switch (fault) {
            case FAILS_BEFORE -> throw new StoreException("simulated: nothing recorded");
            case CRASHES_BEFORE -> throw new Crash();
            case NONE, FAILS_AFTER, CRASHES_AFTER -> real.commit(changes, bootId);
        }
        if (fault == Fault.FAILS_AFTER) {
            throw new StoreException("simulated: recorded, and yet failed");
        }
        if (fault == Fault.CRASHES_AFTER) {
            throw new Crash();
        }
    }

    @Override
    public String describe() {
        return real.describe();
    }

    @Override
    public void close() {
        real.close();
    }
}
