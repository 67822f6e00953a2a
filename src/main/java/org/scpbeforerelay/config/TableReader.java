package org.scpbeforerelay.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.spelling.Nearest;
import org.tomlj.MutableTomlTable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * Reads the values of one TOML table. A value that is wrong becomes a {@link Problems problem} and reads as its default, so
 * that one reading finds everything. Call {@link #done} when all keys have been asked for.
 */
final class TableReader {
    private final Problems problems;
    private final KnownKeys known;
    private final TomlTable table;
    private final String header;

    /** Where the table begins; what it lacks is missing there. */
    private final TomlPosition start;

    /** Keys with a value that could not be taken. */
    private final Set<String> bad = new HashSet<>();

    /** The table of a whole file. */
    TableReader(Problems problems, KnownKeys known, TomlTable table) {
        this(problems, known, table, "", TomlPosition.positionAt(1, 1));
    }

    private TableReader(Problems problems, KnownKeys known, TomlTable table, String header, TomlPosition start) {
        this.problems = problems;
        this.known = known;
        this.table = table;
        this.header = header;
        this.start = start;
    }

    /** The table {@code [key]}; an empty one when the file has none. */
    TableReader table(String key) {
        known.known(header, key);
        Object value = value(key);
        if (value instanceof TomlArray array && containsTables(array)) {
            problems.add(position(key), "there is only one [" + key + "], in single brackets");
        } else if (value != null && !(value instanceof TomlTable)) {
            problems.add(position(key), "'" + key + "' is " + kind(value) + "; expected a table, [" + key + "]");
        }
        TomlTable inner = value instanceof TomlTable found ? found : MutableTomlTable.create();
        return new TableReader(problems, known, inner, "[" + key + "]", position(key));
    }

    /** All tables {@code [[key]]}. */
    List<TableReader> tables(String key) {
        known.known(header, key);
        String name = "[[" + key + "]]";
        Object value = value(key);
        List<TableReader> readers = new ArrayList<>();
        if (value instanceof TomlArray array && (array.isEmpty() || containsTables(array))) {
            for (int i = 0; i < array.size(); i++) {
                readers.add(new TableReader(problems, known, array.getTable(i), name, array.inputPositionOf(i)));
            }
        } else if (value != null) {
            problems.add(position(key), "there may be several, so each begins with " + name + ", in double brackets");
        }
        return readers;
    }

    /** The reader of a table that is not there, for what it knows. */
    TableReader absent(String name) {
        return new TableReader(problems, known, MutableTomlTable.create(), name, start);
    }

    /** Whether the file has this key. */
    boolean has(String key) {
        return value(key) != null;
    }

    /** Whether the file's value of this key, or its absence, has been found good so far. */
    boolean isWell(String key) {
        return !bad.contains(key);
    }

    /** A text that {@code parse} understands, or says of it in an {@link IllegalArgumentException} what is wrong. */
    <T> T text(String key, T fallback, Function<String, T> parse) {
        return text(key, fallback, shown(fallback), parse);
    }

    /** A text without a default. */
    <T> Optional<T> optional(String key, String example, Function<String, Optional<T>> parse) {
        return text(key, Optional.empty(), example, parse);
    }

    private <T> T text(String key, T fallback, String example, Function<String, T> parse) {
        known.known(header, key);
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof String text)) {
            problem(
                    key,
                    named(key) + " is " + kind(value) + "; expected a text in quotes"
                            + (example.isEmpty() ? "" : ", like \"" + example + "\""));
            return fallback;
        }
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            problem(key, named(key) + ": " + e.getMessage());
            return fallback;
        }
    }

    /** One of the words of an enumeration. */
    <E extends Enum<E> & Settings.Word> E word(String key, E fallback) {
        List<E> all = Arrays.asList(fallback.getDeclaringClass().getEnumConstants());
        return text(
                key,
                fallback,
                text -> all.stream()
                        .filter(candidate -> candidate.word().equals(text))
                        .findFirst()
                        .orElseThrow(() -> noneOf(
                                text, all.stream().map(Settings.Word::word).toList())));
    }

    /** Says that a word is none of these, and which is near. */
    static IllegalArgumentException noneOf(String text, List<String> words) {
        return new IllegalArgumentException(
                "'" + text + "' is none of " + String.join(", ", words) + Nearest.hint(text, words));
    }

    /** A whole number within these bounds. */
    int whole(String key, int fallback, int min, int max) {
        known.known(header, key);
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof Long number)) {
            problem(key, named(key) + " is " + kind(value) + "; expected a whole number, like " + fallback);
            return fallback;
        }
        if (number < min || number > max) {
            problem(key, named(key) + ": " + number + " is out of range: " + min + " to " + max);
            return fallback;
        }
        return number.intValue();
    }

    boolean flag(String key, boolean fallback) {
        known.known(header, key);
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof Boolean flag)) {
            problem(key, named(key) + " is " + kind(value) + "; expected true or false, without quotes");
            return fallback;
        }
        return flag;
    }

    /** A list of texts; each that is wrong is a problem at its own place. */
    <T> List<T> list(String key, List<T> fallback, Function<String, T> parse) {
        known.known(header, key);
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof TomlArray array)) {
            problem(
                    key,
                    named(key) + " is " + kind(value) + "; expected a list, "
                            + (value instanceof String text ? "[\"" + text + "\"]" : "[\"…\"]"));
            return fallback;
        }
        List<T> items = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            if (!(array.get(i) instanceof String text)) {
                problem(key, i, named(key) + " has " + kind(array.get(i)) + " in it; expected texts in quotes");
                continue;
            }
            try {
                items.add(parse.apply(text));
            } catch (IllegalArgumentException e) {
                problem(key, i, named(key) + ": " + e.getMessage());
            }
        }
        return items;
    }

    /** The same, where no two may be equal. */
    <T> List<T> distinctList(String key, List<T> fallback, Function<String, T> parse) {
        List<T> seen = new ArrayList<>();
        return list(key, fallback, text -> {
            T item = parse.apply(text);
            if (seen.contains(item)) {
                throw new IllegalArgumentException("'" + text + "' stands there twice");
            }
            seen.add(item);
            return item;
        });
    }

    /** A text within a setting that is wrong; the setting's own place is named when it is in the file. */
    void problem(String key, String what) {
        bad.add(key);
        problems.add(valuePosition(key), what);
    }

    /** The same for one item of a list, counted from 0. */
    void problem(String key, int item, String what) {
        bad.add(key);
        TomlArray array = value(key) instanceof TomlArray found ? found : null;
        problems.add(array == null ? valuePosition(key) : array.inputPositionOf(item), what);
    }

    /** How messages call a key: {@code [lease] term}. */
    String named(String key) {
        return header.isEmpty() ? key : header + " " + key;
    }

    /** Keys that nobody asked for are unknown ones. */
    void done() {
        for (String key : table.keySet()) {
            if (!known.keysByTable().getOrDefault(header, Set.of()).contains(key)) {
                known.unknown(header, key, header.isEmpty() && isTable(value(key)), position(key));
            }
        }
    }

    private @Nullable Object value(String key) {
        return table.get(List.of(key));
    }

    private TomlPosition position(String key) {
        TomlPosition at = table.inputPositionOf(List.of(key));
        return at == null ? start : at;
    }

    private TomlPosition valuePosition(String key) {
        var pair = table.entry(List.of(key));
        TomlPosition at = pair == null ? null : pair.value().position();
        return at == null ? position(key) : at;
    }

    private static boolean isTable(@Nullable Object value) {
        return value instanceof TomlTable || value instanceof TomlArray array && containsTables(array);
    }

    private static boolean containsTables(TomlArray array) {
        return !array.isEmpty() && array.toList().stream().allMatch(TomlTable.class::isInstance);
    }

    /** A default as the file would write it. */
    private static String shown(Object fallback) {
        return switch (fallback) {
            case Settings.Word word -> word.word();
            case Optional<?> optional -> optional.map(TableReader::shown).orElse("");
            default -> fallback.toString();
        };
    }

    private static String kind(Object value) {
        return switch (value) {
            case String _ -> "a text";
            case Long _ -> "a whole number";
            case Double _ -> "a number with a fraction";
            case Boolean _ -> "true or false";
            case TomlArray _ -> "a list";
            case TomlTable _ -> "a table";
            default -> "a date or time";
        };
    }
}
