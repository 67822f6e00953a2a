package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;

/**
 * Ends what is over in the tables of a daemon that is away: {@code table --expire}. A timer runs it each minute, systemd also
 * when the daemon has stopped. It needs nothing of the daemon's but the tables folder, and does nothing while the daemon lives
 * and works; of a daemon that is stopped (SIGSTOP) it takes out what is over, and leaves the record to it.
 */
public final class TableExpirer {
    /** A record written later than this in the future: the clock was set back, and nobody knows how much is left. */
    private static final long FUTURE_MS = 2_000;

    private static final String ITSELF = "expirer";

    private final Path folder;
    private final TableTools tools;
    private final Clock clock;

    public TableExpirer(Path folder, TableTools tools, Clock clock) {
        this.folder = folder.toAbsolutePath().normalize();
        this.tools = tools;
        this.clock = clock;
    }

    /**
     * What was done.
     *
     * @param daemonAlive whether nothing was done, because the daemon is there
     */
    public record Report(boolean daemonAlive, List<Outcome> tables) {
        /** Whether no table shows anybody whose lease is over. */
        public boolean succeeded() {
            return tables.stream().allMatch(table -> table.failure() == null);
        }
    }

    /**
     * What became of one table.
     *
     * @param table as {@code lmdb:relay-clients}, or its record's file where that tells nothing
     * @param ended how many clients were taken out
     * @param left how many are still in it
     * @param failure what went wrong, with the remedy
     */
    public record Outcome(
            String table, int ended, int left, @Nullable String failure) {}

    /** One run over all tables of the folder. */
    public Report expire() throws TableException {
        try {
            if (!Files.isDirectory(folder)) {
                return new Report(false, List.of());
            }
            FolderOwner.refuseRootIn(folder);
            Optional<TableLock> taken = TableLock.tryTake(folder);
            if (taken.isEmpty() && !TableLock.isHolderStopped(folder, clock)) {
                return new Report(true, List.of());
            }
            try {
                List<Outcome> outcomes = new ArrayList<>();
                for (Path ends : AccessTables.endsFiles(folder)) {
                    outcomes.add(expire(ends, taken.isPresent()));
                }
                return new Report(false, outcomes);
            } finally {
                taken.ifPresent(TableLock::close);
            }
        } catch (IOException e) {
            throw new TableException(
                    "the tables folder " + folder + " cannot be used (" + e + "): run this as the daemon's user", e);
        }
    }

    private Outcome expire(Path ends, boolean daemonGone) {
        EndsFile.Content content;
        try {
            content = EndsFile.read(ends);
        } catch (IOException e) {
            return empty(ends, "its record cannot be read (" + e.getMessage() + ")", daemonGone);
        }
        AccessTable table = AccessTable.of(new TableFiles(folder, content.table()), tools);
        List<Row> left = left(content, ends);
        int ended = content.rows().size() - left.size();
        // What the daemon wrote last may not have reached the table: the first run writes it whole.
        boolean settled = !content.unsure()
                && content.writer().equals(ITSELF)
                && content.bootId().equals(clock.bootId());
        if (ended == 0 && (settled || !daemonGone)) {
            return new Outcome(content.table().toString(), 0, left.size(), null);
        }
        return write(table, content, left, ended, daemonGone);
    }

    /** Nobody knows whose lease is over in a table without a record, so nobody is in it any more. */
    private Outcome empty(Path ends, String why, boolean daemonGone) {
        TableSettings settings = TableFiles.tableOf(ends);
        if (settings == null) {
            return new Outcome(
                    ends.getFileName().toString(),
                    0,
                    0,
                    why + ", nor is its name a record's, NAME.TYPE.ends; move it away");
        }
        String name = settings.toString();
        try {
            AccessTable.of(new TableFiles(folder, settings), tools).empty();
        } catch (TableException e) {
            String remedy = "; take the table out of the mail server's settings";
            return new Outcome(name, 0, 0, why + ", and " + e.getMessage() + remedy);
        }
        String emptied = why + ", so the table was emptied; start the daemon, which fills it again";
        try {
            if (daemonGone) {
                new EndsFile(ends, settings, clock.bootId()).write(List.of(), ITSELF);
            }
        } catch (IOException e) {
            return new Outcome(name, 0, 0, emptied + " (and cannot write " + ends + ": " + e + ")");
        }
        return new Outcome(name, 0, 0, emptied);
    }

    private Outcome write(AccessTable table, EndsFile.Content content, List<Row> left, int ended, boolean daemonGone) {
        String name = content.table().toString();
        try {
            table.write(left);
        } catch (TableException e) {
            if (ended == 0 && !content.unsure()) {
                return new Outcome(name, 0, left.size(), e.getMessage());
            }
            return withdraw(table, ended, left.size(), e);
        }
        if (daemonGone) {
            try {
                new EndsFile(table.files.ends(), content.table(), clock.bootId()).write(left, ITSELF);
            } catch (IOException e) {
                return new Outcome(name, ended, left.size(), "cannot write " + table.files.ends() + ": " + e);
            }
        }
        return new Outcome(name, ended, left.size(), null);
    }

    private static Outcome withdraw(AccessTable table, int ended, int left, TableException cause) {
        String name = table.settings().toString();
        try {
            table.withdraw();
            return new Outcome(name, ended + left, 0, cause.getMessage() + "; the table was emptied");
        } catch (TableException e) {
            return new Outcome(
                    name,
                    0,
                    ended + left,
                    cause.getMessage() + "; " + e.getMessage() + "; take the table out of the mail server's settings");
        }
    }

    /** The rows that are not over, with deadlines by this boot's clock; none when that cannot be said. */
    private List<Row> left(EndsFile.Content content, Path ends) {
        Moment now = clock.now();
        boolean sameBoot = content.bootId().equals(clock.bootId());
        if (!sameBoot && (!clock.isSynchronised() || writtenAtMs(ends) > now.wallMs() + FUTURE_MS)) {
            return List.of();
        }
        List<Row> left = new ArrayList<>();
        for (Row row : content.rows().values()) {
            long leftMs = row.endsAtMs() - now.wallMs();
            Row here = sameBoot ? row : new Row(row.client(), row.endsAtMs(), now.monotonicMs() + leftMs);
            if (!here.isOver(now)) {
                left.add(here);
            }
        }
        return left;
    }

    private static long writtenAtMs(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }
}
