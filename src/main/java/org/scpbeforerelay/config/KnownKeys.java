package org.scpbeforerelay.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.scpbeforerelay.spelling.Nearest;
import org.tomlj.TomlPosition;

/**
 * Which keys there are: those that the readers asked for. What the file has beyond them is judged when all have been asked,
 * so that a key in the wrong table can be told where it belongs.
 */
final class KnownKeys {
    private final Map<String, Set<String>> keysByTable = new LinkedHashMap<>();
    private final List<Stranger> strangers = new ArrayList<>();

    /** A key of the file that nobody asked for. */
    private record Stranger(String table, String key, boolean isTable, TomlPosition at) {}

    void known(String table, String key) {
        keysByTable.computeIfAbsent(table, any -> new LinkedHashSet<>()).add(key);
    }

    void unknown(String table, String key, boolean isTable, TomlPosition at) {
        strangers.add(new Stranger(table, key, isTable, at));
    }

    /** All keys asked for, by the header of their table; the empty header for those before any table. */
    Map<String, Set<String>> keysByTable() {
        return keysByTable;
    }

    void report(Problems problems) {
        for (Stranger stranger : strangers) {
            String in = stranger.table.isEmpty() ? "" : " in " + stranger.table;
            String what = stranger.isTable ? "table [" + stranger.key + "]" : "key '" + stranger.key + "'";
            problems.add(stranger.at, "unknown " + what + in + nearest(stranger));
        }
    }

    private String nearest(Stranger stranger) {
        Set<String> here = keysByTable.getOrDefault(stranger.table, Set.of());
        String elsewhere = keysByTable.entrySet().stream()
                .filter(table -> table.getValue().contains(stranger.key))
                .map(Map.Entry::getKey)
                .filter(table -> !table.isEmpty())
                .collect(Collectors.joining(" or "));
        if (!elsewhere.isEmpty() && !stranger.isTable) {
            return "; it belongs in " + elsewhere;
        }
        Optional<String> near = Nearest.to(stranger.key, here);
        if (near.isPresent()) {
            return "; did you mean '" + shown(stranger, near.get()) + "'?";
        }
        return "; known here: " + here.stream().map(key -> shown(stranger, key)).collect(Collectors.joining(", "));
    }

    /** A key, or a table with its brackets. */
    private String shown(Stranger stranger, String key) {
        if (!stranger.table.isEmpty()) {
            return key;
        }
        String several = "[[" + key + "]]";
        String one = "[" + key + "]";
        return keysByTable.containsKey(several) ? several : keysByTable.containsKey(one) ? one : key;
    }
}
