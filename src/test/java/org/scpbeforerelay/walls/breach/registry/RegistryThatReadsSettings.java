package org.scpbeforerelay.walls.breach.registry;

import org.scpbeforerelay.walls.breach.config.WholeSettings;

/** Breach: the engine knows the shell. */
public final class RegistryThatReadsSettings {
    public String listen(WholeSettings settings) {
        return settings.listen();
    }
}
