package org.scpbeforerelay.walls.breach.registry;

import org.scpbeforerelay.walls.breach.store.embedded.SomeStore;

/** Breach: the engine knows an edge instead of its port. */
public final class RegistryThatKnowsItsStore {
    public String name() {
        return new SomeStore().name();
    }
}
