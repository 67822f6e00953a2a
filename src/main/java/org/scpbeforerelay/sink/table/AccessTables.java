package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.registry.LeaseListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All access tables of a daemon. {@link #happened} may be called from any thread and never blocks; {@link #start}, {@link #adopt}
 * and {@link #close} are for the one that wires the daemon.
 */
public final class AccessTables implements LeaseListener, AutoCloseable {
    /** How long {@code table --expire}, which runs for a moment each minute, may keep the folder. */
    private static final int LOCK_TRIES = 100;

    private static final long LOCK_TRY_NS = 100_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(AccessTables.class);

    private final Path folder;
    private final TableTools tools;
    private final LeaseBook book;
    private final Supplier<Roster> rosters;
    private final Supplier<LeaseTerms> terms;
    private final Clock clock;
    private final List<TableWriter> writers = new CopyOnWriteArrayList<>();
    private @Nullable TableLock lock;

    /**
     * @param folder the tables folder; made when it is missing
     * @param rosters gives the users in force
     * @param terms gives the terms in force; another object when they are others
     */
    public AccessTables(
            Path folder,
            TableTools tools,
            LeaseBook book,
            Supplier<Roster> rosters,
            Supplier<LeaseTerms> terms,
            Clock clock) {
        this.folder = folder.toAbsolutePath().normalize();
        this.tools = tools;
        this.book = book;
        this.rosters = rosters;
        this.terms = terms;
        this.clock = clock;
    }

    /** Begins to keep these tables. The book must be loaded: tables that an earlier run has left are made the same as it. */
    public void start(List<TableSettings> tables) throws TableException {
        try {
            if (tables.isEmpty() && !Files.isDirectory(folder)) {
                return;
            }
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder);
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            lock = takeLock();
            lock.beat(clock);
            emptyOrphans(tables);
        } catch (IOException e) {
            throw new TableException(
                    "the tables folder " + folder + " cannot be used (" + e + "): the daemon's user must own it", e);
        }
        tables.forEach(this::keep);
    }

    /** Keeps these tables from now on; those that are no longer among them are emptied. */
    public void adopt(List<TableSettings> tables) throws TableException {
        if (lock == null) {
            start(tables);
            return;
        }
        for (TableWriter writer : List.copyOf(writers)) {
            if (!tables.contains(writer.settings())) {
                writers.remove(writer);
                writer.close();
            }
        }
        try {
            emptyOrphans(tables);
        } catch (IOException e) {
            throw new TableException("the tables folder " + folder + " cannot be read (" + e + ")", e);
        }
        List<TableSettings> kept = writers.stream().map(TableWriter::settings).toList();
        tables.stream().filter(table -> !kept.contains(table)).forEach(this::keep);
    }

    @Override
    public void happened(LeaseEvent event) {
        Network client = switch (event) {
            case LeaseEvent.Granted granted -> granted.lease().network();
            case LeaseEvent.Renewed renewed -> renewed.lease().network();
            case LeaseEvent.Revoked revoked -> revoked.lease().network();
            case LeaseEvent.Expired expired -> expired.lease().network();
            case LeaseEvent.Refused refused -> null;
        };
        if (client != null) {
            writers.forEach(writer -> writer.touch(client));
        }
    }

    /** How each table fares, in the order of the settings. */
    public List<TableHealth> health() {
        return writers.stream().map(TableWriter::health).toList();
    }

    /** Stops. What is leased stays in the tables, and {@link TableExpirer} ends it in time. */
    @Override
    public void close() {
        writers.forEach(TableWriter::close);
        writers.clear();
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }

    private void keep(TableSettings settings) {
        AccessTable table = AccessTable.of(new TableFiles(folder, settings), tools);
        WantedRows wanted = new WantedRows(book, rosters, terms, settings.type());
        TableLock beating = lock;
        TableWriter writer = new TableWriter(table, tools, wanted, clock, () -> {
            if (beating != null) {
                beating.beat(clock);
            }
        });
        writers.add(writer);
        writer.start();
    }

    private TableLock takeLock() throws IOException, TableException {
        for (int i = 0; i < LOCK_TRIES; i++) {
            Optional<TableLock> taken = TableLock.tryTake(folder);
            if (taken.isPresent()) {
                return taken.get();
            }
            LockSupport.parkNanos(LOCK_TRY_NS);
        }
        throw new TableException("the tables folder " + folder + " is in use by another daemon: stop that one first");
    }

    /** A table that is no longer configured may still be read by a mail server: it is emptied, not removed. */
    private void emptyOrphans(List<TableSettings> tables) throws IOException {
        for (Path ends : endsFiles(folder)) {
            // By its name: what has become of a record must not keep anybody in a table.
            TableSettings orphan = TableFiles.tableOf(ends);
            if (orphan == null) {
                LOG.warn("{} is no record of a table; ignored", ends);
            } else if (tables.stream().noneMatch(table -> table.isSameTable(orphan))) {
                TableFiles files = new TableFiles(folder, orphan);
                if (empty(AccessTable.of(files, tools))) {
                    files.forget();
                    LOG.info(
                            "table {}: no longer configured, so it was emptied; {} may be removed once no mail server reads it",
                            orphan,
                            files.published());
                }
            }
        }
    }

    private static boolean empty(AccessTable table) {
        try {
            table.empty();
            return true;
        } catch (TableException e) {
            LOG.error(
                    "table {}: no longer configured, and cannot be emptied; take it out of the mail server's settings",
                    table.settings(),
                    e);
            return false;
        }
    }

    /** What tells of the tables in a folder. */
    static List<Path> endsFiles(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "[!.]*" + TableFiles.ENDS)) {
            found.forEach(files::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        files.sort(null);
        return files;
    }
}
