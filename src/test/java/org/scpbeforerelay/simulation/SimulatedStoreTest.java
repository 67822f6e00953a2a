package org.scpbeforerelay.simulation;

import java.util.Map;
import java.util.TreeMap;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.LeaseStore.Recorded;
import org.scpbeforerelay.store.LeaseStoreContract;

/** The simulation's store keeps the contract, or the simulation would prove nothing. */
final class SimulatedStoreTest extends LeaseStoreContract {
    private final Map<LeaseKey, Recorded> disk = new TreeMap<>();

    @Override
    protected LeaseStore openStore() {
        return new SimulatedStore(disk);
    }
}
