package org.scpbeforerelay.store.shared;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a host of the pool says that it fares; for people, and never used for a decision. It is one line of the engine's hash {@code sbr:nodes}:
 * {@code v=0.1.0 at=1795000700000 lag=3 ahead=-12 places=1204 replays=1}. What a host does not know of another's words is passed over.
 *
 * @param node its name in the log; see {@link NodeName}
 * @param version of its program
 * @param atMs when it said so, by the engine's clock
 * @param lagMs how far it was behind the log's end
 * @param aheadMs how far its wall clock is ahead of the engine's, as far as it is certain
 * @param places how many places of the book it knows
 * @param replays how often it has read the whole log since its start
 */
public record NodeStatus(String node, String version, long atMs, long lagMs, long aheadMs, long places, long replays) {
    static final int TEXT_MAX = 512;
    private static final Pattern VERSION = Pattern.compile("[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");

    /** What {@link #parse} reads. */
    String text() {
        String plain = version.replaceAll("[^0-9A-Za-z.+_-]", "_");
        return "v=" + plain + " at=" + atMs + " lag=" + lagMs + " ahead=" + aheadMs + " places=" + places + " replays="
                + replays;
    }

    /** Null for what no host says: names and texts come from whoever may write to the engine, and are shown to people. */
    static @Nullable NodeStatus parse(String node, String text) {
        if (!NodeName.isOne(node) || text.length() > TEXT_MAX) {
            return null;
        }
        Map<String, String> words = new HashMap<>();
        for (String word : text.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        String version = words.getOrDefault("v", "");
        if (!VERSION.matcher(version).matches() || number(words, "at") <= 0) {
            return null;
        }
        return new NodeStatus(
                node,
                version,
                number(words, "at"),
                number(words, "lag"),
                number(words, "ahead"),
                number(words, "places"),
                number(words, "replays"));
    }

    private static long number(Map<String, String> words, String name) {
        String text = words.getOrDefault(name, "");
        return NUMBER.matcher(text).matches() ? Long.parseLong(text) : 0;
    }

    /** How long ago it said so. */
    public long agoMs(long engineMs) {
        return Math.max(0, engineMs - atMs);
    }
}
