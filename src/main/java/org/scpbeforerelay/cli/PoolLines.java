package org.scpbeforerelay.cli;

import java.util.function.BiConsumer;
import org.scpbeforerelay.view.Counted;
import tools.jackson.databind.JsonNode;

/** The lines of {@code status} about the shared store's engine and the hosts of the pool. */
final class PoolLines {
    private static final double MEBIBYTE = 1 << 20;

    private PoolLines() {}

    static void print(JsonNode shared, BiConsumer<String, String> row) {
        JsonNode engine = shared.path("engine");
        row.accept("engine", engine(engine));
        if (engine.has("remedy")) {
            row.accept("", engine.path("remedy").asString());
        }
        if (engine.has("health_hidden")) {
            row.accept("", engine.path("health_hidden").asString());
        }
        engine.path("findings")
                .forEach(finding -> row.accept(
                        "advice",
                        finding.path("what").asString() + ": "
                                + finding.path("why").asString() + "; mend it: "
                                + finding.path("remedy").asString()));
        row.accept("log", log(shared));
        if (shared.has("nodes_hidden")) {
            row.accept("hosts", shared.path("nodes_hidden").asString());
        }
        shared.path("nodes").forEach(node -> row.accept("host", node(node)));
    }

    private static String engine(JsonNode engine) {
        String where = engine.path("where").asString();
        String since = engine.path("since").asString();
        if (!engine.path("connected").asBoolean(false)) {
            return where + ": away since " + since + " (" + engine.path("why").asString() + ")";
        }
        StringBuilder line = new StringBuilder(where).append(": ");
        if (engine.has("product")) {
            line.append(engine.path("product").asString()).append(", ");
        }
        line.append(engine.path("role").asString())
                .append(" with ")
                .append(Counted.of(engine.path("replicas").asLong(), "replica", "replicas"))
                .append(", connected since ")
                .append(since);
        if (engine.has("memory_bytes")) {
            long most = engine.path("memory_max_bytes").asLong();
            line.append(", ")
                    .append(mebibytes(engine.path("memory_bytes").asLong()))
                    .append(most > 0 ? " of " + mebibytes(most) : " of memory, no limit")
                    .append(", ")
                    .append(engine.path("eviction").asString())
                    .append(engine.path("append_only").asBoolean(false) ? ", append-only file" : "");
        }
        return line.toString();
    }

    private static String log(JsonNode shared) {
        long again = shared.path("records_written_again").asLong();
        long emptied = shared.path("engine_emptied").asLong();
        return shared.path("records_appended").asLong() + " records written, "
                + shared.path("records_read").asLong() + " read, whole log read "
                + Counted.of(shared.path("replays").asLong(), "time", "times")
                + (emptied > 0 ? ", engine found empty " + Counted.of(emptied, "time", "times") : "")
                + (again > 0 ? ", " + again + " that the engine had lost written again" : "");
    }

    private static String node(JsonNode node) {
        String name = node.path("node").asString()
                + (node.path("this").asBoolean(false) ? " (this one)" : "")
                + ": version " + node.path("version").asString();
        long ago = node.path("seen_seconds_ago").asLong();
        if (node.path("silent").asBoolean(false)) {
            return name + ", silent since " + node.path("seen_at").asString() + " (" + ago
                    + " s): it is down, or cannot reach the engine";
        }
        long ahead = node.path("clock_ahead_ms").asLong();
        return name + ", seen " + ago + " s ago, " + node.path("lag_ms").asLong() + " ms behind the log, clock "
                + (ahead < 0 ? "" : "+") + ahead + " ms, "
                + Counted.of(node.path("places").asLong(), "place", "places") + " known";
    }

    private static String mebibytes(long bytes) {
        return String.format(java.util.Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE);
    }
}
