package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one table the same as the book. Told of changes from any thread, it works on its own: many changes in one go, ends on time,
 * failures tried again. {@link #round} is one look and, where it takes one, one change; tests call it without the thread.
 */
final class TableWriter implements AutoCloseable {
    /** How long a row that should be gone may be shown while the table cannot be written. */
    static final long WITHDRAW_AFTER_MS = 10_000;

    /** Before any reading of a clock, and far enough from the end of numbers to reckon with. */
    private static final long LONG_AGO_MS = Long.MIN_VALUE / 2;

    private static final long RETRY_MS = 1_000;
    private static final long RETRY_MAX_MS = 5_000;
    private static final long REMOVAL_GAP_MAX_MS = 250;

    /** A round that comes this late was stopped (SIGSTOP, sleep): somebody else may have changed the table meanwhile. */
    private static final long STOPPED_MS = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(TableWriter.class);

    private final AccessTable table;
    private final EndsFile ends;
    private final WantedRows wanted;
    private final TableTools tools;
    private final Clock clock;
    private final Runnable heartbeat;
    private final Set<Network> changed = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    /** What the table shows, as far as is known: when not sure, these rows and perhaps others. */
    private final TreeMap<Network, Row> shown = new TreeMap<>(Row.ORDER);

    private boolean sure;
    private boolean strangers;
    private boolean emptyReady;
    private long notBeforeMs = LONG_AGO_MS;
    private long lastChangeMs = LONG_AGO_MS;
    private long lastTookMs;
    private long lastRoundMs;
    private long retryMs;
    private long overdueSinceMs = -1;
    private volatile TableHealth health;
    private volatile boolean stopping;

    /** @param heartbeat called at every round */
    TableWriter(AccessTable table, TableTools tools, WantedRows wanted, Clock clock, Runnable heartbeat) {
        this.heartbeat = heartbeat;
        this.table = table;
        this.tools = tools;
        this.wanted = wanted;
        this.clock = clock;
        this.ends = new EndsFile(table.files.ends(), table.settings(), clock.bootId());
        this.health = TableHealth.fresh(table.settings());
        this.thread =
                Thread.ofPlatform().name("table-" + table.settings().name()).unstarted(this::run);
        this.lastRoundMs = clock.now().monotonicMs();
        recallWhatIsShown();
    }

    void start() {
        thread.start();
    }

    /** Something about this client has changed. Never blocks. */
    void touch(Network client) {
        changed.add(client);
        wake();
    }

    void wake() {
        LockSupport.unpark(thread);
    }

    TableSettings settings() {
        return table.settings();
    }

    TableHealth health() {
        return health;
    }

    /** Makes a last change where one is due, and stops. What is leased stays in the table. */
    @Override
    public void close() {
        stopping = true;
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!stopping) {
            long waitMs = RETRY_MS;
            try {
                waitMs = round();
            } catch (RuntimeException | Error e) {
                LOG.error(
                        "table {}: a look at the book failed; the next one writes all of the table anew",
                        settings(),
                        e);
                sure = false;
            }
            heartbeat.run();
            if (waitMs > 0 && changed.isEmpty() && !stopping) {
                LockSupport.parkNanos(waitMs * 1_000_000);
            } else if (waitMs > 0 && !stopping) {
                // Something came in while it is too early to change the table: only the wait is left.
                LockSupport.parkNanos(Math.min(waitMs, REMOVAL_GAP_MAX_MS) * 1_000_000);
            }
        }
        notBeforeMs = LONG_AGO_MS;
        round();
    }

    /**
     * One look at the book.
     *
     * @return how long, in milliseconds, until the next one if nothing happens
     */
    long round() {
        Moment now = clock.now();
        if (now.monotonicMs() - lastRoundMs > STOPPED_MS) {
            sure = false;
        }
        List<Network> clients = List.copyOf(changed);
        changed.removeAll(clients);
        wanted.look(clients, now);
        if (!sure || !wanted.touched().isEmpty()) {
            long waitMs = earliestMs() - now.monotonicMs();
            if (waitMs > 0) {
                lastRoundMs = now.monotonicMs();
                return Math.min(waitMs, wanted.nextLookMs(now));
            }
            converge(now);
        }
        lastRoundMs = clock.now().monotonicMs();
        return sure ? wanted.nextLookMs(clock.now()) : RETRY_MS;
    }

    /** Ends do not wait; additions leave a reader the time to notice the change before, and the machine its breath. */
    private long earliestMs() {
        if (!sure) {
            return notBeforeMs;
        }
        boolean removal = wanted.touched().stream()
                .anyMatch(client -> shown.containsKey(client) && !wanted.rows().containsKey(client));
        long gapMs = removal
                ? Math.min(lastTookMs, REMOVAL_GAP_MAX_MS)
                : Math.max(lastTookMs, settings().type().gapMs());
        return Math.max(notBeforeMs, lastChangeMs + gapMs);
    }

    private void converge(Moment now) {
        Difference difference = difference();
        try {
            publish(difference);
            settle(difference, now);
        } catch (TableException | IOException e) {
            fail(String.valueOf(e.getMessage()), difference, now);
        }
    }

    /** What has to change: rows to go, rows to come or with another value, rows of which only the end is another. */
    private record Difference(List<Row> removed, List<Row> put, List<Row> prolonged) {
        boolean changesTable() {
            return !removed.isEmpty() || !put.isEmpty();
        }
    }

    private Difference difference() {
        Difference difference = new Difference(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        TableValue value = settings().value();
        for (Network client : wanted.touched()) {
            Row is = shown.get(client);
            Row ought = wanted.rows().get(client);
            if (ought == null) {
                if (is != null) {
                    difference.removed.add(is);
                }
            } else if (is == null || !is.value(value).equals(ought.value(value))) {
                difference.put.add(ought);
            } else if (!is.equals(ought)) {
                difference.prolonged.add(ought);
            }
        }
        return difference;
    }

    /** The ends first: what is killed in between leaves nobody in the table of whom they do not tell. */
    private void publish(Difference difference) throws TableException, IOException {
        Collection<Row> rows = wanted.rows().values();
        if (!sure) {
            ends.write(rows, "daemon");
            if (!emptyReady) {
                table.prepareEmpty();
                emptyReady = true;
            }
            table.write(rows);
            return;
        }
        List<Row> later = new ArrayList<>(difference.put);
        later.addAll(difference.prolonged);
        ends.append(difference.removed, later, rows);
        if (difference.changesTable()) {
            table.change(difference.removed, difference.put, rows);
        }
    }

    private void settle(Difference difference, Moment began) {
        Moment now = clock.now();
        boolean changedTable = !sure || difference.changesTable();
        if (health.failure() != null) {
            LOG.info(
                    "table {}: written again, {} clients",
                    settings(),
                    wanted.rows().size());
        }
        if (sure) {
            difference.removed.forEach(row -> shown.remove(row.client()));
            difference.put.forEach(row -> shown.put(row.client(), row));
            difference.prolonged.forEach(row -> shown.put(row.client(), row));
        } else {
            shown.clear();
            shown.putAll(wanted.rows());
        }
        wanted.settle();
        sure = true;
        strangers = false;
        retryMs = 0;
        overdueSinceMs = -1;
        notBeforeMs = LONG_AGO_MS;
        if (changedTable) {
            lastChangeMs = now.monotonicMs();
            lastTookMs = Math.max(0, now.monotonicMs() - began.monotonicMs());
            health = health.published(shown.size(), now.wallMs(), lastTookMs);
        }
    }

    private void fail(String why, Difference difference, Moment began) {
        Moment now = clock.now();
        difference.put.forEach(row -> shown.putIfAbsent(row.client(), row));
        sure = false;
        retryMs = Math.clamp(retryMs * 2, RETRY_MS, RETRY_MAX_MS);
        notBeforeMs = now.monotonicMs() + retryMs;
        String known = health.failure();
        String said = known != null && known.startsWith(why)
                ? known
                : why + PostfixTypes.remedy(settings().type(), tools, table.files);
        if (!said.equals(health.failure())) {
            LOG.warn(
                    "table {}: {}; it stays as it is while all leases in it last, and is tried again",
                    settings(),
                    said);
        }
        health = health.failed(said);
        withdrawIfOverdue(began, now);
    }

    /** A table that shows somebody it must not show any more, and cannot be written, is emptied. */
    private void withdrawIfOverdue(Moment began, Moment now) {
        if (!strangers && wanted.rows().keySet().containsAll(shown.keySet())) {
            overdueSinceMs = -1;
            return;
        }
        if (overdueSinceMs < 0) {
            overdueSinceMs = began.monotonicMs();
        }
        if (now.monotonicMs() - overdueSinceMs < WITHDRAW_AFTER_MS) {
            return;
        }
        try {
            table.withdraw();
            shown.clear();
            strangers = false;
            overdueSinceMs = -1;
            health = health.emptied();
            LOG.error(
                    "table {}: leases in it have ended and it cannot be written, so it was emptied: nobody relays by it until it"
                            + " can be written again",
                    settings());
        } catch (TableException e) {
            LOG.error(
                    "table {}: leases in it have ended, and it can neither be written nor emptied; take it out of the mail"
                            + " server's settings",
                    settings(),
                    e);
        }
    }

    /** What the run before this one has left. */
    private void recallWhatIsShown() {
        @Nullable SortedMap<Network, Row> left = null;
        try {
            if (Files.exists(table.files.ends())) {
                left = EndsFile.read(table.files.ends()).rows();
            }
        } catch (IOException e) {
            LOG.warn("table {}: {} cannot be read and is written anew", settings(), table.files.ends(), e);
        }
        shown.putAll(Objects.requireNonNullElseGet(left, TreeMap::new));
        strangers = left == null && Files.exists(table.files.published());
    }
}
