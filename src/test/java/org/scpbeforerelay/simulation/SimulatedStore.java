package org.scpbeforerelay.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;

/** A store with the contract's semantics whose disk is a map that outlives it. */
final class SimulatedStore implements LeaseStore {
    private final Map<LeaseKey, Recorded> disk;

    SimulatedStore(Map<LeaseKey, Recorded> disk) {
        this.disk = disk;
    }

    @Override
    public void load(Consumer<Recorded> each) {
        List.copyOf(disk.values()).forEach(each);
    }

    @Override
    public void commit(List<LeaseChange> changes, String bootId) {
        Map<LeaseKey, Recorded> next = new TreeMap<>(disk);
        for (LeaseChange change : changes) {
            switch (change) {
                case LeaseChange.Put put -> next.put(put.key(), new Recorded(put.lease(), bootId));
                case LeaseChange.Remove remove -> next.remove(remove.key());
            }
        }
        disk.clear();
        disk.putAll(next);
    }

    @Override
    public String describe() {
        return "simulated store, " + disk.size() + " leases";
    }

    @Override
    public void close() {}
}
