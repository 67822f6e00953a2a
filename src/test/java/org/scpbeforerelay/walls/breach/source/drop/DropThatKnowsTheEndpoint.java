package org.scpbeforerelay.walls.breach.source.drop;

import org.scpbeforerelay.walls.breach.source.ssh.Endpoint;

/** Breach: one source knows another one. */
public final class DropThatKnowsTheEndpoint {
    public String name(Endpoint endpoint) {
        return endpoint.name();
    }
}
