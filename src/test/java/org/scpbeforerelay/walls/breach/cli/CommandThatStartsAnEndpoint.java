package org.scpbeforerelay.walls.breach.cli;

import org.scpbeforerelay.walls.breach.source.ssh.Endpoint;

/** Breach: somebody other than the daemon wires. */
public final class CommandThatStartsAnEndpoint {
    public String name() {
        return new Endpoint().name();
    }
}
