package org.scpbeforerelay.store.embedded;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;

/**
 * Leases in one SQLite file: write-ahead log, {@code synchronous=FULL}, one connection. A commit is one transaction, on disk when
 * it returns (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * <p>What is found at the start and is no store of ours, or holds a single row that is no lease, is set aside whole under a
 * name with the time, and a fresh store is begun: the clients announce again within minutes. A store of a newer schema is left
 * alone, and the start fails. See {@link StoreFile} for the companions of the file, {@link LeaseRows} for its tables.
 */
public final class SqliteLeaseStore implements LeaseStore {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteLeaseStore.class);

    /** How long to wait for a stranger's lock on the file, in milliseconds. Announcements wait meanwhile. */
    private static final int BUSY_TIMEOUT_MS = 500;

    /** Up to this size, in bytes, the file's structure is checked at the start; rows are checked one by one at any size. */
    private static final long QUICK_CHECK_MAX = 16L << 20;

    /** The size of SQLite's header (https://sqlite.org/fileformat.html#the_database_header): version at 60, application at 68. */
    private static final int HEADER_BYTES = 100;

    /** Boots remembered before those without a lease are forgotten. */
    private static final int BOOTS_MAX = 64;

    private final StoreFile file;
    private final Map<String, Integer> boots = new HashMap<>();
    private @Nullable Open open;
    private volatile @Nullable Path setAside;

    private SqliteLeaseStore(StoreFile file, Open open, @Nullable Path setAside) {
        this.file = file;
        this.open = open;
        this.setAside = setAside;
    }

    /**
     * Opens the store, or makes one. Its folder must exist.
     *
     * @throws StoreException when it is in use, cannot be written, or is of a newer schema
     */
    public static SqliteLeaseStore open(Path path) throws StoreException {
        StoreFile file = StoreFile.lock(path);
        boolean opened = false;
        try {
            NativeLibrary.load(file.folder());
            Path setAside = null;
            if (file.leftBehind()) {
                setAside = setAside(file, "its journal is there without it");
            }
            if (!file.exists()) {
                create(file);
            }
            Open open;
            try {
                open = openSound(file);
            } catch (DamagedStoreException e) {
                setAside = setAside(file, String.valueOf(e.getMessage()));
                open = openFresh(file);
            }
            SqliteLeaseStore store = new SqliteLeaseStore(file, open, setAside);
            opened = true;
            return store;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** Where the damaged store lies that was found at the start; empty when there was none. */
    public Optional<Path> setAside() {
        return Optional.ofNullable(setAside);
    }

    /** Gives every lease, having read and checked all of them before the first is given. */
    @Override
    public void load(Consumer<Recorded> each) throws StoreException {
        List<Recorded> all;
        try {
            all = readAll();
        } catch (DamagedStoreException e) {
            disconnect();
            setAside = setAside(file, String.valueOf(e.getMessage()));
            open = openFresh(file);
            return;
        }
        all.forEach(each);
    }

    @Override
    public void commit(List<LeaseChange> changes, String bootId) throws StoreException {
        if (!file.isStillThere()) {
            throw new StoreException(
                    "the lease store " + file.path()
                            + " was removed or replaced while it was in use: put it back, or restart the daemon to begin a new one");
        }
        boolean done = false;
        try {
            Open ready = ready();
            int boot = bootNumber(ready.connection(), bootId);
            for (LeaseChange change : changes) {
                switch (change) {
                    case LeaseChange.Put one -> {
                        LeaseRows.bind(ready.put(), one.lease(), boot, bootId);
                        ready.put().executeUpdate();
                    }
                    case LeaseChange.Remove one -> {
                        LeaseRows.bindKey(ready.remove(), one.key());
                        ready.remove().executeUpdate();
                    }
                }
            }
            ready.connection().commit();
            done = true;
        } catch (SQLException e) {
            throw SqliteFault.explain(file.path(), e);
        } finally {
            if (!done) {
                // SQLite may have rolled back by itself or not, and the driver
                // may know it or not. A new connection is sure.
                disconnect();
            }
        }
    }

    @Override
    public String describe() {
        Path aside = setAside;
        return "embedded store " + file.path() + ", " + (file.size() + 1023) / 1024 + " KiB"
                + (aside == null ? "" : "; a damaged one was set aside at the start: " + aside);
    }

    @Override
    public void close() {
        disconnect();
        file.close();
    }

    /** Gives the file a bound as a full disk would. For tests: nothing else makes a disk full at will. */
    void limitPages(int pages) throws SQLException {
        number(ready().connection(), "PRAGMA max_page_count = " + pages);
    }

    /** The rows are executed one by one: a batch would stay as large in the driver as the largest there ever was. */
    private record Open(Connection connection, PreparedStatement put, PreparedStatement remove) {
        static Open on(Connection connection) throws SQLException {
            return new Open(
                    connection,
                    connection.prepareStatement(LeaseRows.PUT),
                    connection.prepareStatement(LeaseRows.REMOVE));
        }
    }

    private Open ready() throws SQLException {
        Open there = open;
        if (there == null) {
            there = Open.on(connect(file.path()));
            open = there;
        }
        return there;
    }

    /** Ends the connection, and with it whatever transaction is open. */
    private void disconnect() {
        boots.clear();
        if (open != null) {
            closeQuietly(open.connection());
            open = null;
        }
    }

    private static Path setAside(StoreFile file, String damage) throws StoreException {
        Path aside = file.setAside(Instant.now());
        LOG.error(
                "the lease store {} is damaged: {}. It was set aside as {} and a new one begun; no lease was taken from it,"
                        + " and clients are let in again with their next announcement",
                file.path(),
                damage,
                aside);
        return aside;
    }

    private static void create(StoreFile file) throws StoreException {
        Path unfinished = file.beginNew();
        try (Connection connection = connect(unfinished);
                Statement statement = connection.createStatement()) {
            for (String sql : LeaseRows.SCHEMA) {
                statement.execute(sql);
            }
            statement.execute("PRAGMA application_id = " + LeaseRows.APPLICATION_ID);
            statement.execute("PRAGMA user_version = " + LeaseRows.SCHEMA_VERSION);
            connection.commit();
        } catch (SQLException e) {
            throw SqliteFault.explain(file.path(), e);
        }
        // Closing has written the journal back, so the one file is the whole store.
        file.finishNew(unfinished);
    }

    private static Open openFresh(StoreFile file) throws StoreException {
        create(file);
        try {
            return openSound(file);
        } catch (DamagedStoreException e) {
            throw new StoreException(
                    "the lease store " + file.path() + " was begun anew and is damaged again (" + e.getMessage()
                            + "): check the disk",
                    e);
        }
    }

    private static Open openSound(StoreFile file) throws StoreException, DamagedStoreException {
        demandHeader(file);
        Connection connection = null;
        try {
            connection = connect(file.path());
            demandTables(connection);
            if (file.size() <= QUICK_CHECK_MAX) {
                String check = text(connection, "PRAGMA quick_check(1)");
                if (!check.equals("ok")) {
                    throw new DamagedStoreException(check.replaceAll("\\s+", " "));
                }
            }
            connection.commit();
            file.remember();
            Open open = Open.on(connection);
            connection = null;
            return open;
        } catch (SQLException e) {
            if (SqliteFault.isDamage(e)) {
                throw new DamagedStoreException(String.valueOf(e.getMessage()), e);
            }
            throw SqliteFault.explain(file.path(), e);
        } finally {
            closeQuietly(connection);
        }
    }

    private static Connection connect(Path path) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        // A large round must not leave a large journal for good.
        config.setJournalSizeLimit(16 << 20);
        // As a URI: in a plain name, '?' would begin the driver's own settings.
        Connection connection = JDBC.createConnection("jdbc:sqlite:" + path.toUri(), config.toProperties());
        connection.setAutoCommit(false);
        return connection;
    }

    /** Looks at what SQLite would not leave as it was: on opening some damaged files, it deletes their journal. */
    private static void demandHeader(StoreFile file) throws StoreException, DamagedStoreException {
        ByteBuffer header = file.header(HEADER_BYTES);
        if (header.remaining() < HEADER_BYTES
                || !StandardCharsets.US_ASCII
                        .decode(header.slice(0, 15))
                        .toString()
                        .equals("SQLite format 3")) {
            throw new DamagedStoreException(file.size() == 0 ? "it is empty" : "it is no SQLite database");
        }
        int application = header.getInt(68);
        if (application != LeaseRows.APPLICATION_ID) {
            throw new DamagedStoreException("it is a database of another program (application id " + application + ")");
        }
        int version = header.getInt(60);
        if (version > LeaseRows.SCHEMA_VERSION) {
            throw new StoreException("the lease store " + file.path() + " has schema " + version
                    + ", and this version knows up to " + LeaseRows.SCHEMA_VERSION
                    + ": run the newer version again, or move the file away (clients then announce anew)");
        }
        if (version != LeaseRows.SCHEMA_VERSION) {
            throw new DamagedStoreException("it has schema " + version + ", which never was");
        }
    }

    private static void demandTables(Connection connection) throws SQLException, DamagedStoreException {
        demandTable(connection, "boot", LeaseRows.CREATE_BOOT);
        demandTable(connection, "lease", LeaseRows.CREATE_LEASE);
    }

    private static void demandTable(Connection connection, String name, String sql)
            throws SQLException, DamagedStoreException {
        String found = text(
                connection,
                "SELECT coalesce(max(sql), '') FROM sqlite_schema WHERE type = 'table' AND name = '" + name + "'");
        if (!found.equals(sql)) {
            throw new DamagedStoreException(
                    "its table " + name + (found.isEmpty() ? " is missing" : " is not what schema 1 says"));
        }
    }

    private List<Recorded> readAll() throws StoreException, DamagedStoreException {
        try (Statement statement = ready().connection().createStatement()) {
            Map<Integer, String> names = new HashMap<>();
            try (ResultSet rows = statement.executeQuery("SELECT id, boot_id FROM boot")) {
                while (rows.next()) {
                    names.put(rows.getInt(1), rows.getString(2));
                }
            }
            LeaseRows.Reader reader = new LeaseRows.Reader(names);
            List<Recorded> all = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(LeaseRows.ALL)) {
                while (rows.next()) {
                    all.add(reader.recorded(rows));
                }
            }
            ready().connection()
                    .commit(); // ends the read transaction, which would keep the journal from being written back
            return all;
        } catch (SQLException e) {
            if (SqliteFault.isDamage(e)) {
                throw new DamagedStoreException(String.valueOf(e.getMessage()), e);
            }
            throw SqliteFault.explain(file.path(), e);
        }
    }

    /** The number of this boot in the file; written with the transaction that first needs it. */
    private int bootNumber(Connection connection, String bootId) throws SQLException {
        Integer known = boots.get(bootId);
        if (known != null) {
            return known;
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT OR IGNORE INTO boot (boot_id) VALUES (?)")) {
            insert.setString(1, bootId);
            insert.executeUpdate();
        }
        if (number(connection, "SELECT count(*) FROM boot") > BOOTS_MAX) {
            try (PreparedStatement forget = connection.prepareStatement(
                    "DELETE FROM boot WHERE boot_id <> ? AND id NOT IN (SELECT boot FROM lease)")) {
                forget.setString(1, bootId);
                forget.executeUpdate();
            }
            boots.clear();
        }
        try (PreparedStatement find = connection.prepareStatement("SELECT id FROM boot WHERE boot_id = ?")) {
            find.setString(1, bootId);
            try (ResultSet row = find.executeQuery()) {
                row.next();
                boots.put(bootId, row.getInt(1));
                return row.getInt(1);
            }
        }
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void closeQuietly(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("closing the lease store failed; what was committed is on disk", e);
            }
        }
    }
}
