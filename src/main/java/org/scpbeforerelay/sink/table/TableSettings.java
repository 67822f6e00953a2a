package org.scpbeforerelay.sink.table;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One {@code [[table]]} of the settings.
 *
 * @param name its file in the tables folder: letters, digits, {@code . _ -}, not beginning with a dot
 */
public record TableSettings(String name, TableType type, TableValue value) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    public TableSettings {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name for a table: expected letters, digits, . _ -");
        }
    }

    /** Whether these are the same files, whatever is written in them. */
    boolean isSameTable(@Nullable TableSettings other) {
        return other != null && name.equals(other.name) && type == other.type;
    }

    @Override
    public String toString() {
        return type.word() + ":" + name;
    }
}
