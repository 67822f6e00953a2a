package org.scpbeforerelay.walls.breach.lookup;

import org.scpbeforerelay.walls.breach.config.WholeSettings;

/** Breach: an edge knows the settings file. */
public final class ListenerThatReadsSettings {
    public String listen(WholeSettings settings) {
        return settings.listen();
    }
}
