package org.scpbeforerelay.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.console.ConsoleServer;
import org.scpbeforerelay.console.metrics.Figures;
import org.scpbeforerelay.lookup.LookupListener;
import org.scpbeforerelay.lookup.LookupStatistics;
import org.scpbeforerelay.registry.Registry;

/** Every figure of the daemon's parts, read where each is counted. Nothing is counted for its sake but by those who count anyway. */
final class DaemonFigures {
    /** Of all machines that this runs on but some with a kernel built otherwise. */
    private static final double PAGE_BYTES = 4096;

    private final Registry registry;
    private final LookupListener lookup;
    private final Moment startedAt;
    private final MeasuredStore store;
    private final @Nullable SharedBook shared;
    private volatile @Nullable Sources sources;
    private volatile @Nullable Sinks sinks;
    private volatile @Nullable ConsoleServer console;

    DaemonFigures(
            Registry registry,
            LookupListener lookup,
            MeasuredStore store,
            @Nullable SharedBook shared,
            Moment startedAt) {
        this.store = store;
        this.shared = shared;
        this.registry = registry;
        this.lookup = lookup;
        this.startedAt = startedAt;
    }

    void with(Sources newSources, Sinks newSinks) {
        sources = newSources;
        sinks = newSinks;
    }

    void with(ConsoleServer started) {
        console = started;
    }

    /** Gives them all. */
    void measure(Figures figures) {
        Moment now = registry.now();
        figures.info(
                "build",
                "Which program this is.",
                "version",
                Version.text(),
                "java",
                Runtime.version().toString());
        figures.gauge("start_time_seconds", "When the daemon was started, since 1970.", startedAt.wallMs() / 1000.0);
        figures.gauge(
                "ready", "1 when leases are loaded and mail servers get true answers.", registry.isReady() ? 1 : 0);
        figures.gauge("leases", "Active leases.", (double) registry.book().all().stream()
                .filter(lease -> lease.activeAt(now))
                .count());
        figures.gauge("users", "Users known.", registry.roster().allowances().size());
        figures.gauge(
                "store_away",
                "1 while the store takes nothing, so that announcements are refused.",
                registry.isStoreAway() ? 1 : 0);
        memory(figures);
        store(figures);
        SharedBook.measure(shared, figures);
        lookups(figures);
        Sources theSources = sources;
        Sinks theSinks = sinks;
        if (theSources != null && theSinks != null) {
            theSources.measure(figures);
            theSinks.measure(figures);
        }
        ConsoleServer server = console;
        if (server != null) {
            figures.counter(
                    "console_logins_failed", "Visits of the console with a wrong token.", server.failedLogins());
            figures.counter(
                    "console_logins_throttled",
                    "Visits of the console that were turned away after too many wrong tokens.",
                    server.throttledLogins());
        }
    }

    /** Resident pages: the second number of /proc/self/statm, proc_pid_statm(5). */
    private static void memory(Figures figures) {
        try {
            String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
            figures.gauge(
                    "resident_memory_bytes",
                    "Memory that the daemon has resident.",
                    Long.parseLong(pages[1]) * PAGE_BYTES);
        } catch (IOException | RuntimeException e) {
            // Where there is no such file there is no such figure.
        }
    }

    private void store(Figures figures) {
        figures.timings(
                "store_commit_seconds",
                "How long a commit of leases takes.",
                store.commits().read());
        figures.counter("store_commit_failures", "Commits that failed.", store.failures());
        figures.counter("store_changes", "Changes of leases that were recorded.", store.changes());
    }

    private void lookups(Figures figures) {
        LookupStatistics statistics = lookup.statistics();
        figures.timings(
                "lookup_seconds",
                "How long an answer to a mail server takes inside the daemon, measured of one request in 64.",
                statistics.took().read());
        figures.gauge("lookup_connections", "Open connections of mail servers.", (double) statistics.open());
        figures.counter("lookup_connections_accepted", "Connections of mail servers.", statistics.accepted());
        figures.counter(
                "lookup_accept_failures",
                "Connections that could not be accepted, mostly for want of file handles.",
                statistics.acceptFailures());
        for (LookupStatistics.Close why : LookupStatistics.Close.values()) {
            figures.counter(
                    "lookup_connections_closed",
                    "Connections of mail servers that ended, by why.",
                    statistics.closed(why),
                    "why",
                    why.text());
        }
    }
}
