package org.scpbeforerelay.agent;

/** Why one way of announcing, or the whole agent, came to its end; of several the gravest, which is the last here. */
public enum Ending {
    /** Granted, or told to end. */
    DONE,
    /** There was nothing to announce. */
    NOTHING_TO_ANNOUNCE,
    NOT_REACHABLE,
    REFUSED,
    /** The host's key was not the known one. */
    HOST_KEY,
    /** ssh would not run as asked. */
    USAGE,
    /** It failed inside. */
    DEFECT;

    Ending or(Ending other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
