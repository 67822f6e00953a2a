package org.scpbeforerelay.walls.breach.store.embedded;

/** A store, for others to know. */
public final class SomeStore {
    public String name() {
        return "embedded";
    }
}
