package org.scpbeforerelay.walls.breach.key;

import org.scpbeforerelay.walls.breach.control.DoorThatKnowsTheKey;

/** Breach: half of a cycle. */
public final class KeyThatKnowsTheDoor {
    public Object door() {
        return new DoorThatKnowsTheKey(this);
    }
}
