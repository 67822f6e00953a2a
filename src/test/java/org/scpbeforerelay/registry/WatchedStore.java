package org.scpbeforerelay.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;

/** A real store that is watched, and that can be made to fail before or after it has recorded. */
public final class WatchedStore implements LeaseStore {
    enum Fault {
        NONE,
        BEFORE_RECORDING,
        AFTER_RECORDING
    }

    private final LeaseStore real;
    final List<List<LeaseChange>> commits = new ArrayList<>();
    volatile Fault fault = Fault.NONE;
    Runnable onLoad = () -> {};
    Runnable onRecorded = () -> {};

    public WatchedStore(LeaseStore real) {
        this.real = real;
    }

    /** Whether its disk is full from now on. */
    public void full(boolean isFull) {
        fault = isFull ? Fault.BEFORE_RECORDING : Fault.NONE;
    }

    /** What is done with each round that was recorded, before who waits is told. */
    public void onRecorded(Consumer<List<LeaseChange>> action) {
        onRecorded = () -> action.accept(commits.getLast());
    }

    @Override
    public void load(Consumer<Recorded> each) throws StoreException {
        onLoad.run();
        real.load(each);
    }

    @Override
    public void commit(List<LeaseChange> changes, String bootId) throws StoreException {
        if (fault == Fault.BEFORE_RECORDING) {
            throw new StoreException("the disk is full; make room");
        }
        real.commit(changes, bootId);
        commits.add(List.copyOf(changes));
        onRecorded.run();
        if (fault == Fault.AFTER_RECORDING) {
            throw new StoreException("the disk failed at the end; look at dmesg");
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
