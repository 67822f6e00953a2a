package org.scpbeforerelay.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.SettingsException.Problem;
import org.tomlj.TomlPosition;

/** What is found wrong with one file while it is read. */
final class Problems {
    private static final Comparator<Problem> IN_ORDER =
            Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column);

    private final Path file;
    private final List<Problem> found = new ArrayList<>();

    Problems(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    /** Something at a place in the file; null for the file as a whole. */
    void add(@Nullable TomlPosition at, String what) {
        found.add(new Problem(file.toString(), at == null ? 0 : at.line(), at == null ? 0 : at.column(), what));
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** In the order of the file. */
    List<Problem> list() {
        return found.stream().sorted(IN_ORDER).toList();
    }

    void throwIfAny() throws SettingsException {
        if (!found.isEmpty()) {
            throw new SettingsException(list());
        }
    }
}
