package org.scpbeforerelay.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Host keys of earlier runs: an RSA key takes its time. */
final class HostKeyCache {
    private static final Path CACHE = Path.of(System.getProperty("project.root", ""), "target", "lab-host-keys");

    private HostKeyCache() {}

    static void fill(Path folder) {
        copy(CACHE, folder);
    }

    static void keep(Path folder) {
        if (!Files.exists(CACHE)) {
            copy(folder, CACHE);
        }
    }

    private static void copy(Path from, Path to) {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (Stream<Path> files = Files.list(from)) {
            List<Path> keys = files.toList();
            Files.createDirectories(to);
            Files.setAttribute(to, "unix:mode", 0700);
            for (Path key : keys) {
                Files.copy(
                        key,
                        to.resolve(key.getFileName()),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
