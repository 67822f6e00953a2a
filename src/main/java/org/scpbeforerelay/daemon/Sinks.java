package org.scpbeforerelay.daemon;

import java.io.IOException;
import java.util.List;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.console.metrics.Figures;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.relay.MailWatch;
import org.scpbeforerelay.sink.history.History;
import org.scpbeforerelay.sink.history.HistorySettings;
import org.scpbeforerelay.sink.history.RelayCounts;
import org.scpbeforerelay.sink.hook.HookHealth;
import org.scpbeforerelay.sink.hook.HookSettings;
import org.scpbeforerelay.sink.hook.Hooks;
import org.scpbeforerelay.sink.table.AccessTables;
import org.scpbeforerelay.sink.table.TableException;
import org.scpbeforerelay.sink.table.TableHealth;
import org.scpbeforerelay.sink.table.TableSettings;
import org.scpbeforerelay.sink.table.TableTools;
import org.scpbeforerelay.sink.table.TableType;
import org.scpbeforerelay.sink.table.TableValue;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is fed by the book: access tables and hooks. */
final class Sinks implements AutoCloseable {
    private final AccessTables tables;
    private final Hooks hooks = new Hooks();
    private final History history;

    /** Made before the book is loaded, so that nothing is missed. */
    Sinks(Places places, Registry registry, Clock clock) {
        tables = new AccessTables(
                places.tablesDirectory(),
                TableTools.ofPath(),
                registry.book(),
                registry::roster,
                registry::terms,
                clock);
        history = new History(places.historyDirectory(), clock, registry.book()::get);
        registry.listen(history);
        registry.listen(tables);
        registry.listen(hooks);
    }

    /** Begins to follow the book, which must be loaded. */
    void start(Settings settings) throws IOException {
        history.start(history(settings));
        hooks.adopt(hooks(settings));
        try {
            tables.start(tables(settings));
        } catch (TableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Takes other settings into force; what could not be done is said. */
    void adopt(Settings settings, List<String> remarks) {
        history.adopt(history(settings));
        hooks.adopt(hooks(settings));
        try {
            tables.adopt(tables(settings));
        } catch (TableException e) {
            remarks.add("the tables could not be changed: " + e.getMessage());
        }
    }

    /** Where to tell of mail. */
    MailWatch mails() {
        return history.mails();
    }

    /** How much was relayed by this lease. */
    RelayCounts.Relayed relayed(Lease lease) {
        return history.counts().of(lease);
    }

    /** Puts on record what an operator did. */
    void operator(String who, String did) {
        history.operator(who, did);
    }

    /** Adds how they fare to {@code status}. */
    void describe(ObjectNode status, ArrayNode problems) {
        status.putObject("history").put("written", history.written());
        String unwritten = history.failure();
        if (unwritten != null) {
            problems.add(unwritten);
        }
        ArrayNode rows = status.putArray("tables");
        for (TableHealth health : tables.health()) {
            ObjectNode row = rows.addObject()
                    .put("table", health.table().toString())
                    .put("rows", health.rows())
                    .put("changes", health.changes());
            if (health.publishedAtMs() > 0) {
                row.put("published_at", Json.time(health.publishedAtMs()));
            }
            String failure = health.failure();
            if (failure != null) {
                problems.add("table " + health.table() + (health.withdrawn() ? " (withdrawn, it is empty): " : ": ")
                        + failure);
            }
        }
        ArrayNode hookRows = status.putArray("hooks");
        for (HookHealth health : hooks.health()) {
            hookRows.addObject()
                    .put("run", String.join(" ", health.run()))
                    .put("runs", health.runs())
                    .put("failures", health.failures())
                    .put("waiting", health.waiting());
            String failure = health.failure();
            if (failure != null) {
                problems.add("hook " + health.run().getFirst() + ": " + failure);
            }
        }
    }

    /** Gives how they fare in figures. */
    void measure(Figures figures) {
        for (TableHealth health : tables.health()) {
            String table = health.table().toString();
            figures.gauge("table_rows", "Rows of an access table.", health.rows(), "table", table);
            figures.counter("table_failures", "Publications that failed.", health.failures(), "table", table);
            figures.gauge(
                    "table_published_timestamp_seconds",
                    "When an access table was last published, since 1970; 0 for not yet.",
                    health.publishedAtMs() / 1000.0,
                    "table",
                    table);
            figures.timings(
                    "table_publication_seconds",
                    "How long it took to publish an access table.",
                    health.publications().read(),
                    "table",
                    table);
        }
        for (HookHealth health : hooks.health()) {
            String hook = health.run().getFirst();
            figures.counter("hook_runs", "Runs of a hook's program.", health.runs(), "hook", hook);
            figures.counter("hook_failures", "Runs that failed.", health.failures(), "hook", hook);
            figures.counter(
                    "hook_changes_untold",
                    "Changes that a hook was not told of for want of room.",
                    health.renewalsDropped() + health.refused(),
                    "hook",
                    hook);
            figures.gauge("hook_waiting", "Changes that wait for a hook.", health.waiting(), "hook", hook);
        }
        figures.counter("history_lines", "Lines written to the record.", history.written());
    }

    /** What is leased stays in the tables. */
    @Override
    public void close() {
        hooks.close();
        tables.close();
        history.close();
    }

    private static List<TableSettings> tables(Settings settings) {
        return settings.tables().stream()
                .map(table -> new TableSettings(
                        table.name(),
                        TableType.of(table.type().word()),
                        TableValue.of(table.value().word())))
                .toList();
    }

    private static List<HookSettings> hooks(Settings settings) {
        return settings.hooks().stream()
                .map(hook -> new HookSettings(hook.run()))
                .toList();
    }

    private static HistorySettings history(Settings settings) {
        return new HistorySettings(
                settings.history().keep().ms(),
                settings.history().maxSize().bytes(),
                settings.history().mails());
    }
}
