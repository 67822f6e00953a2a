package org.scpbeforerelay.daemon;

import org.scpbeforerelay.console.metrics.Figures;
import org.scpbeforerelay.store.shared.EngineHealth;
import org.scpbeforerelay.store.shared.NodeBoard;
import org.scpbeforerelay.store.shared.NodeStatus;
import org.scpbeforerelay.store.shared.PoolReading;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How the shared store and the hosts of its pool fare, as {@code status} and the metrics say it. */
final class PoolStatus {
    private PoolStatus() {}

    static void describe(PoolReading pool, ObjectNode status, ArrayNode problems) {
        ObjectNode shared = status.putObject("shared")
                .put("lag_ms", pool.lagMs())
                .put("clock_ahead_ms", pool.aheadMs())
                .put("clock_trusted", pool.isTrusted())
                .put("replays", pool.replays())
                .put("records_appended", pool.appended())
                .put("records_read", pool.read())
                .put("records_written_again", pool.writtenAgain())
                .put("engine_emptied", pool.emptied())
                .put("unreadable_entries", pool.unreadable());
        describe(pool, shared.putObject("engine"));
        String hidden = pool.board().hidden();
        if (hidden != null) {
            shared.put(
                    "nodes_hidden",
                    "the engine does not let this host see the others (" + hidden
                            + "): give its account +hset +hgetall +expire (docs/many-hosts.md)");
        }
        ArrayNode nodes = shared.putArray("nodes");
        pool.board().nodes().forEach(node -> describe(node, pool, nodes.addObject()));
        if (pool.unreadable() > 0) {
            problems.add(pool.unreadable()
                    + " entries of the shared store's log could not be read: another host runs another version, or"
                    + " somebody else writes to it");
        }
        for (EngineHealth.Finding finding : pool.findings()) {
            if (finding.isFault()) {
                problems.add(finding.what() + ": " + finding.why() + "; mend it: " + finding.remedy());
            }
        }
    }

    private static void describe(PoolReading pool, ObjectNode engine) {
        engine.put("where", pool.engine()).put("connected", pool.isThere()).put("since", Json.second(pool.sinceMs()));
        if (!pool.isThere()) {
            engine.put("why", printable(pool.why()))
                    .put(
                            "remedy",
                            "look at it from this host: redis-cli -u URL PING; is it running, is the way to it open, is the"
                                    + " password right? scp-before-relay check says what it finds");
            return;
        }
        engine.put("role", "primary").put("replicas", pool.replicas());
        EngineHealth health = pool.health();
        if (health == null) {
            engine.put("health_hidden", "the engine does not tell this account how it fares: give it +info");
            return;
        }
        engine.put("product", health.product())
                .put("memory_bytes", health.memoryUsed())
                .put("memory_max_bytes", health.memoryMax())
                .put("eviction", health.evictionPolicy())
                .put("evicted_keys", health.evicted())
                .put("append_only", health.appendsToDisk());
        ArrayNode findings = engine.putArray("findings");
        pool.findings()
                .forEach(finding -> findings.addObject()
                        .put("fault", finding.isFault())
                        .put("what", finding.what())
                        .put("why", finding.why())
                        .put("remedy", finding.remedy()));
    }

    private static void describe(NodeStatus node, PoolReading pool, ObjectNode row) {
        long agoMs = node.agoMs(pool.engineMs());
        row.put("node", node.node())
                .put("this", node.node().equals(pool.board().node()))
                .put("version", node.version())
                .put("seen_at", Json.second(node.atMs()))
                .put("seen_seconds_ago", agoMs / 1000)
                .put("silent", agoMs > NodeBoard.SILENT_MS)
                .put("lag_ms", node.lagMs())
                .put("clock_ahead_ms", node.aheadMs())
                .put("places", node.places())
                .put("replays", node.replays());
    }

    static void measure(PoolReading pool, Figures figures) {
        figures.gauge(
                "shared_connected", "1 while the engine of the shared store can be reached.", pool.isThere() ? 1 : 0);
        figures.gauge(
                "shared_nodes",
                "Hosts of the pool that said something within the last seconds, this one included.",
                (double) pool.nodesThere());
        figures.gauge(
                "shared_lag_seconds",
                "How far this host was behind the log's end when it last looked.",
                pool.lagMs() / 1000.0);
        figures.gauge(
                "shared_clock_ahead_seconds",
                "How far this host's clock is ahead of the engine's, as far as it is certain; negative when behind.",
                pool.aheadMs() / 1000.0);
        figures.gauge(
                "shared_clock_trusted",
                "1 while that is within the bound, so that leases of other hosts are believed here.",
                pool.isTrusted() ? 1 : 0);
        figures.counter("shared_replays", "How often the whole log was read.", pool.replays());
        figures.counter("shared_records_appended", "Records that this host has appended to the log.", pool.appended());
        figures.counter(
                "shared_records_read",
                "Records that this host has read from the log, those read again included.",
                pool.read());
        figures.counter(
                "shared_records_written_again",
                "Acknowledged records that the engine had lost and this host has written again.",
                pool.writtenAgain());
        figures.counter(
                "shared_engine_emptied",
                "How often this host found that the engine had lost all it had.",
                pool.emptied());
        figures.counter(
                "shared_entries_unreadable", "Entries of the log that this host could not read.", pool.unreadable());
        figures.gauge(
                "shared_engine_findings",
                "Settings and states of the engine that lose data, as the status command names them.",
                pool.findings().size());
    }

    /** What an engine, or who stands in its place, says may have anything in it. */
    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
