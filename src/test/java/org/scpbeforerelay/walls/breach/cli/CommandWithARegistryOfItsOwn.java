package org.scpbeforerelay.walls.breach.cli;

import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.RegistryThread;

/** Breach: a second registry. */
public final class CommandWithARegistryOfItsOwn {
    public RegistryThread start(Registry registry) {
        return new RegistryThread(registry);
    }
}
