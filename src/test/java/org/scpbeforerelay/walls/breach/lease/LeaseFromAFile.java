package org.scpbeforerelay.walls.breach.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Breach: the core does I/O. */
public final class LeaseFromAFile {
    public String read(String name) throws IOException {
        return Files.readString(Path.of(name));
    }
}
