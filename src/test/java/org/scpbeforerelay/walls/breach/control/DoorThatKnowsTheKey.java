package org.scpbeforerelay.walls.breach.control;

import org.scpbeforerelay.walls.breach.key.KeyThatKnowsTheDoor;

/** Breach: the other half of a cycle. */
public record DoorThatKnowsTheKey(KeyThatKnowsTheDoor key) {}
