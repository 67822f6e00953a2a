package org.scpbeforerelay.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.LeaseStore.Recorded;
import org.scpbeforerelay.store.LeaseStoreContract;
import org.scpbeforerelay.store.StoreException;

final class SqliteLeaseStoreTest extends LeaseStoreContract {
    private static final Lease GWAIHIR = lease("gerard/gwaihir", "203.0.113.7");
    private static final Lease LANDROVAL = lease("gerard/landroval", "203.0.113.8");

    @TempDir
    Path folder;

    @Override
    protected LeaseStore openStore() throws StoreException {
        return SqliteLeaseStore.open(file());
    }

    private Path file() {
        return folder.resolve("leases.db");
    }

    @Test
    void theFilesAreForTheirOwnerOnly() throws Exception {
        store.commit(puts(List.of(GWAIHIR)), BOOT);

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files)
                    .hasSizeGreaterThan(2)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void theNativeLibraryLeavesNothingBehind() {
        assertThat(folder.resolve("native")).doesNotExist();
    }

    @Test
    void aPersonCanReadItWhileItIsInUse() throws Exception {
        store.commit(puts(List.of(GWAIHIR)), BOOT);

        try (Connection person = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = person.createStatement();
                ResultSet row = statement.executeQuery("SELECT principal, address, source, expires_at FROM leases")) {
            assertThat(row.next()).isTrue();
            assertThat(List.of(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
                    .containsExactly("gerard/gwaihir", "203.0.113.7", "ssh", "2026-11-18T11:36:40Z".replace('T', ' '));
        }
    }

    @Test
    void aSecondDaemonOnTheSameStoreIsRefusedAndTheFirstGoesOn() throws Exception {
        assertThatThrownBy(this::openStore)
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(file().toString(), "in use", "--state");

        store.commit(puts(List.of(GWAIHIR)), BOOT);
        assertThat(loaded()).hasSize(1);
    }

    @Test
    void aPathWithEveryKindOfCharacterIsAFileName() throws Exception {
        Path odd = Files.createDirectory(folder.resolve("a b?c=d&e%41#f;é")).resolve("leases.db");
        try (LeaseStore there = SqliteLeaseStore.open(odd)) {
            there.commit(puts(List.of(GWAIHIR)), BOOT);
        }
        assertThat(odd).isRegularFile();
    }

    @Test
    void aMissingFolderIsNamedWithTheRemedy() {
        Path nowhere = folder.resolve("nowhere/leases.db");
        assertThatThrownBy(() -> SqliteLeaseStore.open(nowhere))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(folder.resolve("nowhere").toString(), "create it");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 4096, 5000, 8192})
    void aTruncatedStoreIsSetAsideWhole(int bytesLeft) throws Exception {
        store.commit(puts(List.of(GWAIHIR)), BOOT);
        store.close();
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            channel.truncate(bytesLeft);
        }
        assertSetAsideAndBegunAnew();
    }

    @Test
    void garbageIsSetAsideWhole() throws Exception {
        store.close();
        Files.write(file(), new byte[50_000]);
        assertSetAsideAndBegunAnew();

        store.close();
        Files.writeString(file(), "203.0.113.7 OK\n".repeat(1000), StandardCharsets.US_ASCII);
        assertSetAsideAndBegunAnew();
    }

    @Test
    void theJournalIsSetAsideWithItsStoreAndNeverPlayedIntoTheNewOne() throws Exception {
        store.commit(puts(List.of(GWAIHIR)), BOOT);
        byte[] journal = Files.readAllBytes(folder.resolve("leases.db-wal"));
        store.close();
        Files.write(file(), new byte[8192]);
        Files.write(folder.resolve("leases.db-wal"), journal);

        assertSetAsideAndBegunAnew();
        assertThat(names()).anyMatch(name -> name.matches("leases\\.db\\.damaged-\\d{8}T\\d{6}Z(\\.\\d+)?-wal"));
    }

    @Test
    void aJournalWithoutItsStoreIsSetAside() throws Exception {
        store.commit(puts(List.of(GWAIHIR)), BOOT);
        byte[] journal = Files.readAllBytes(folder.resolve("leases.db-wal"));
        store.close();
        Files.delete(file());
        Files.write(folder.resolve("leases.db-wal"), journal);

        assertSetAsideAndBegunAnew();
    }

    @Test
    void anotherProgramsDatabaseIsSetAsideWhole() throws Exception {
        tamper("PRAGMA application_id = 1");
        assertSetAsideAndBegunAnew();
    }

    @Test
    void aSchemaThatIsNotOursIsSetAsideWhole() throws Exception {
        tamper("DROP VIEW leases", "ALTER TABLE lease RENAME COLUMN proof TO evidence");
        assertSetAsideAndBegunAnew();
        tamper("DROP TABLE boot");
        assertSetAsideAndBegunAnew();
        tamper("PRAGMA user_version = 0");
        assertSetAsideAndBegunAnew();
    }

    @Test
    void aNewerSchemaStopsTheStartAndIsLeftAlone() throws Exception {
        store.commit(puts(List.of(GWAIHIR)), BOOT);
        tamper("PRAGMA user_version = 2");

        assertThatThrownBy(this::openStore)
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(file().toString(), "schema 2", "newer version");
        assertThat(damaged()).isEmpty();

        tamper("PRAGMA user_version = 1");
        store = openStore();
        assertThat(loaded()).containsExactly(new Recorded(GWAIHIR, BOOT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "address = '203.0'",
                "address = '203.0.113.7/24'",
                "address = '203.0.113.0', prefix = 24",
                "address = '0.0.0.0'",
                "address = '::ffff:203.0.113.7'",
                "address = '203.0.113.9'",
                "address = ''",
                "family = 'ipv6'",
                "family = 'ipx'",
                "login_address = 'x'",
                "prefix = 0",
                "prefix = 33",
                "user = 'Gerard'",
                "user = ''",
                "user = '203.0.113.7'",
                "device = '../..'",
                "device = 'eagle'",
                "source = 'thin air'",
                "held = 7",
                "expires_at = expires_at + 1",
                "expires_at = 9223372036854775807",
                "expires_at = -1",
                "granted_at = -1",
                "renewed_at = 0",
                "deadline = deadline + 1",
                "boot = 99",
                "proof = ''",
                "crc = crc + 1"
            })
    void aRowThatIsNoLeaseIsDamageOfTheWholeStore(String change) throws Exception {
        store.commit(puts(List.of(GWAIHIR, LANDROVAL)), BOOT);
        tamper("UPDATE lease SET " + change + " WHERE device = 'gwaihir'");

        assertSetAsideAndBegunAnew();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "address = '203.0'",
                "address = '203.0.113.0', prefix = 24",
                "address = '0.0.0.0'",
                "address = '::ffff:203.0.113.7'",
                "address = ''",
                "address = '203.0.113.7' || char(10) || '32'",
                "family = 'ipv6'",
                "login_address = 'x'",
                "prefix = 4294967328",
                "user = 'Gerard'",
                "user = '203.0.113.7'",
                "user = 'zz', device = '../..'",
                "source = 'thin air'",
                "held = 7",
                "expires_at = 9223372036854775807",
                "granted_at = -1"
            })
    void aRowThatIsNoLeaseIsDamageEvenWithTheRightChecksum(String change) throws Exception {
        store.commit(puts(List.of(GWAIHIR, LANDROVAL)), BOOT);
        tamper("UPDATE lease SET " + change + " WHERE device = 'gwaihir'");
        sumUpAnew();

        assertSetAsideAndBegunAnew();
    }

    private void sumUpAnew() throws SQLException {
        List<Long> sums = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(LeaseRows.ALL)) {
                while (row.next()) {
                    sums.add(LeaseRows.crc(row.getString(1), BOOT));
                }
            }
            statement.execute("UPDATE lease SET crc = CASE (SELECT count(*) FROM lease AS before WHERE"
                    + " (before.user, before.device) < (lease.user, lease.device))"
                    + " WHEN 0 THEN " + sums.get(0) + " ELSE " + sums.get(1) + " END");
        }
    }

    @Test
    void theRightChecksumAloneIsNoDamage() throws Exception {
        store.commit(puts(List.of(GWAIHIR, LANDROVAL)), BOOT);
        store.close();
        sumUpAnew();
        store = openStore();

        assertThat(loaded()).hasSize(2);
    }

    @Test
    void aTransactionThatIsOpenElsewhereIsNamedWithTheRemedyAndPasses() throws Exception {
        try (Connection person = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = person.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            assertThatThrownBy(() -> store.commit(puts(List.of(GWAIHIR)), BOOT))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContainingAll(file().toString(), "locked by another program", "end it");
            statement.execute("ROLLBACK");
        }
        store.commit(puts(List.of(LANDROVAL)), BOOT);
        reopen();

        assertThat(loaded()).containsExactly(new Recorded(LANDROVAL, BOOT));
    }

    @Test
    void aFullDiskIsNamedWithTheRemedyAndPasses() throws Exception {
        SqliteLeaseStore limited = (SqliteLeaseStore) store;
        limited.limitPages(8);
        List<Lease> many = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            many.add(lease("user" + i + "/default", "10.0." + i / 250 + "." + i % 250));
        }
        assertThatThrownBy(() -> store.commit(puts(many), BOOT))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(file().toString(), "disk is full", "make room");

        store.commit(puts(List.of(GWAIHIR)), BOOT);
        reopen();
        assertThat(loaded()).containsExactly(new Recorded(GWAIHIR, BOOT));
    }

    @Test
    void aStoreThatWasRemovedUnderTheDaemonTakesNoLease() throws Exception {
        Files.delete(file());

        assertThatThrownBy(() -> store.commit(puts(List.of(GWAIHIR)), BOOT))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(file().toString(), "removed or replaced", "restart");
    }

    @Test
    void anUnfinishedNewStoreIsNoObstacle() throws Exception {
        store.close();
        Files.delete(file());
        Files.write(folder.resolve("leases.db.new"), new byte[] {1, 2, 3});

        store = openStore();

        assertThat(loaded()).isEmpty();
        assertThat(damaged()).isEmpty();
        assertThat(folder.resolve("leases.db.new")).doesNotExist();
    }

    private void tamper(String... statements) throws SQLException {
        store.close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The damage is named, nothing is read from it, its bytes are kept, and the new store works. */
    private void assertSetAsideAndBegunAnew() throws Exception {
        int before = damaged().size();
        store.close();

        store = openStore();
        assertThat(loaded()).isEmpty();

        assertThat(damaged()).hasSize(before + 1);
        Path aside = ((SqliteLeaseStore) store).setAside().orElseThrow();
        assertThat(store.describe()).contains(aside.toString());
        assertThat(names()).noneMatch(name -> name.equals("leases.db.new"));
        store.commit(puts(List.of(LANDROVAL)), BOOT);
        reopen();
        assertThat(loaded()).containsExactly(new Recorded(LANDROVAL, BOOT));
    }

    /** One name for each time that a store was set aside, whether or not its main file was there. */
    private List<String> damaged() throws IOException {
        return names().stream()
                .filter(name -> name.contains(".damaged-"))
                .map(name -> name.replaceFirst("-(wal|shm)$", ""))
                .distinct()
                .toList();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }
}
