package org.scpbeforerelay.walls.breach.source.ssh.upload;

/** A part of the same edge: no breach. */
public final class Upload {
    public String name() {
        return "gwaihir-ip";
    }
}
