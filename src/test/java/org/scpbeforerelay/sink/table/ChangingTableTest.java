package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;

/**
 * While changes are published in a row, with real clocks and threads, a reader in a loop finds a lasting lease every time, and an
 * ended one never later than a second after its end.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ChangingTableTest {
    private static final long LATE_MS = 1_000;

    @TempDir
    Path folder;

    private NetworkLab lab;
    private Host host;
    private PostfixHost postfix;

    @BeforeAll
    void startLab() {
        lab = NetworkLab.start();
        host = lab.server("shadowfax", List.of("postfix"), "192.0.2.25");
        postfix = PostfixHost.on(host, PostfixSettings.forDomain("example.org"));
    }

    @AfterAll
    void closeLab() {
        lab.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"LMDB", "HASH", "CDB"})
    void aReaderInALoopNeverMissesALastingLeaseNorFindsAnEndedOneLate(TableType type) throws Exception {
        run(type, 400);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(names = {"LMDB", "HASH", "CDB"})
    void theSameForTenThousandChanges(TableType type) throws Exception {
        run(type, 10_000);
    }

    private void run(TableType type, int changes) throws Exception {
        SystemClock clock = new SystemClock();
        LeaseBook book = new LeaseBook();
        UserName gerard = new UserName("gerard");
        Roster roster = new Roster(Map.of(gerard, Allowance.plain(gerard, 1_200_000)), Set.of(), null);
        Map<String, Long> endedAtMs = new ConcurrentHashMap<>();
        TableSettings settings = new TableSettings("relay-clients", type, TableValue.OK);
        try (var tables = new AccessTables(folder, tools(), book, () -> roster, TableScene::terms, clock)) {
            grant(book, tables, SampleLeases.lease("gerard/lasting", "203.0.113.7", clock.now(), 3_600_000));
            tables.start(List.of(settings));
            Reader reader = new Reader(type + ":" + folder.resolve("relay-clients"), endedAtMs);
            reader.awaitFirst();
            Thread thread = Thread.ofPlatform().start(reader);
            Deque<Lease> live = new ArrayDeque<>();
            long before = published(tables);
            for (int i = 0; i < changes; i++) {
                Lease lease = SampleLeases.lease(
                        "gerard/d" + i % 50,
                        "10." + i / 60_000 + "." + i / 250 % 250 + "." + i % 250,
                        clock.now(),
                        3_600_000);
                grant(book, tables, lease);
                live.add(lease);
                if (live.size() > 20) {
                    Lease gone = live.remove();
                    book.remove(gone.key());
                    endedAtMs.put(gone.addressText(), System.currentTimeMillis());
                    tables.happened(
                            new LeaseEvent.Revoked(gone, "test", clock.now().wallMs()));
                    reader.lookFor(gone.addressText());
                }
                if (i % 20 == 19) {
                    // The next changes come once this batch is in the table: changes in a row, not one heap of them.
                    long last = before;
                    await().atMost(Duration.ofSeconds(20))
                            .pollInterval(Duration.ofMillis(2))
                            .until(() -> published(tables) > last);
                    before = published(tables);
                }
            }
            reader.stop();
            thread.join();
            System.out.printf(
                    "%s: %d changes in %d publications, %d reads, latest end seen %d ms late%n",
                    type, changes, tables.health().getFirst().changes(), reader.reads, reader.latestMs);
            assertThat(reader.missed).as("reads that missed the lasting lease").isZero();
            assertThat(reader.latestMs)
                    .as("the latest an ended lease was found, in ms")
                    .isLessThan(LATE_MS);
            assertThat(reader.reads).isPositive();
            assertThat(tables.health().getFirst().failures()).isZero();
        }
    }

    private static long published(AccessTables tables) {
        return tables.health().getFirst().changes();
    }

    private static void grant(LeaseBook book, AccessTables tables, Lease lease) {
        book.put(lease);
        tables.happened(new LeaseEvent.Granted(lease, lease.grantedAtMs()));
    }

    private TableTools tools() {
        String config = postfix.configDirectory().toString();
        List<String> postmap = host.commandLine(List.of("postmap", "-c", config));
        return new TableTools(
                postmap,
                host.commandLine(List.of("postconf", "-c", config)),
                List.of("makemap"),
                List.of("smtpctl"),
                Duration.ofSeconds(20));
    }

    /** {@code postmap -q} of the lasting lease, and of the one that ended last, again and again. */
    private final class Reader implements Runnable {
        private final String table;
        private final Map<String, Long> endedAtMs;
        private volatile String ended = "203.0.113.250";
        private volatile boolean stopping;
        int missed;
        int reads;
        long latestMs;

        Reader(String table, Map<String, Long> endedAtMs) {
            this.table = table.substring(0, table.indexOf(':')).toLowerCase(Locale.ROOT)
                    + table.substring(table.indexOf(':'));
            this.endedAtMs = endedAtMs;
        }

        void awaitFirst() {
            await().atMost(Duration.ofSeconds(20)).until(() -> finds("203.0.113.7"));
        }

        void lookFor(String address) {
            ended = address;
        }

        void stop() {
            stopping = true;
        }

        private boolean finds(String key) {
            return postfix.postmapQuery(table, key).stdout().startsWith("OK");
        }

        @Override
        public void run() {
            while (!stopping) {
                if (!finds("203.0.113.7")) {
                    missed++;
                }
                String address = ended;
                long began = System.currentTimeMillis();
                if (finds(address)) {
                    latestMs = Math.max(latestMs, began - endedAtMs.getOrDefault(address, began));
                }
                reads++;
            }
        }
    }
}
