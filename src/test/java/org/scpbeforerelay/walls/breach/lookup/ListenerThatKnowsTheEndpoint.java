package org.scpbeforerelay.walls.breach.lookup;

import org.scpbeforerelay.walls.breach.source.ssh.Endpoint;

/** Breach: the lookup listener knows a source. */
public final class ListenerThatKnowsTheEndpoint {
    public String name(Endpoint endpoint) {
        return endpoint.name();
    }
}
