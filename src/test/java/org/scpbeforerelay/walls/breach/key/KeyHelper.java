package org.scpbeforerelay.walls.breach.key;

/** Breach: a name that says nothing. */
public final class KeyHelper {
    public String help() {
        return "";
    }
}
