package org.scpbeforerelay.postfix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A main.cf and a master.cf with what is to be said of them, from {@code src/test/resources/postfix}. Parts begin with {@code == NAME}:
 *
 * <ul>
 *   <li>{@code main.cf}; {@code master.cf}, added to Debian's own, or {@code master.cf whole};
 *   <li>{@code check}: {@code WEIGHT: part of the sentence}, one for each thing that must be said; no problem may be said that is not here;
 *   <li>{@code plan}: how lines of the difference begin; or {@code nothing}, or {@code refused: part of the reason};
 *   <li>{@code after}: the problems that are left when the plan is applied;
 *   <li>{@code stranger}: the code that a stranger gets for relay from a real Postfix while the daemon is away; {@code -} is not asked.
 * </ul>
 */
record Variant(String name, Map<String, String> parts) {
    private static final Path FOLDER =
            Path.of(System.getProperty("project.root", ""), "src", "test", "resources", "postfix");

    static List<Variant> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().map(Variant::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Variant read(Path file) {
        try {
            Map<String, StringBuilder> parts = new LinkedHashMap<>();
            StringBuilder part = new StringBuilder();
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("== ")) {
                    part = new StringBuilder();
                    parts.put(line.substring(3), part);
                } else {
                    part.append(line).append('\n');
                }
            }
            Map<String, String> texts = new LinkedHashMap<>();
            parts.forEach((name, text) -> texts.put(name, text.toString()));
            return new Variant(file.getFileName().toString().replaceFirst("\\.txt$", ""), texts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String mainCf() {
        String text = part("main.cf");
        return name.equals("no-newline") ? text.stripTrailing() : text;
    }

    String masterCf(String debian) {
        return parts.containsKey("master.cf whole") ? part("master.cf whole") : debian + part("master.cf");
    }

    List<String> lines(String part) {
        return new ArrayList<>(
                part(part).lines().filter(line -> !line.isBlank()).toList());
    }

    String part(String name) {
        return parts.getOrDefault(name, "");
    }

    @Override
    public String toString() {
        return name;
    }
}
