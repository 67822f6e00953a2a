package org.scpbeforerelay.address;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** A file of cases in the test resources: one a line, {@code #} begins a comment line. */
final class TableFile {
    private TableFile() {}

    static List<String> lines(String name) {
        try (InputStream in = TableFile.class.getResourceAsStream("/addresses/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
