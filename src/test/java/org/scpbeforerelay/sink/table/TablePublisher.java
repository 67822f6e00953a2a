package org.scpbeforerelay.sink.table;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;

/** A process that publishes one lease in three tables of Postfix, says so, and waits to be killed. */
final class TablePublisher {
    static final long TERM_MS = 600_000;

    private TablePublisher() {}

    /** Arguments: the tables folder, Postfix's configuration directory, the client address. */
    public static void main(String... arguments) throws InterruptedException, TableException {
        UserName gerard = new UserName("gerard");
        Roster roster = new Roster(Map.of(gerard, Allowance.plain(gerard, TERM_MS)), Set.of(), null);
        SystemClock clock = new SystemClock();
        LeaseBook book = new LeaseBook();
        book.put(SampleLeases.lease("gerard/gwaihir", arguments[2], clock.now(), TERM_MS));
        TableTools tools = new TableTools(
                List.of("postmap", "-c", arguments[1]),
                List.of("postconf", "-c", arguments[1]),
                List.of("makemap"),
                List.of("smtpctl"),
                Duration.ofSeconds(20));
        AccessTables tables =
                new AccessTables(Path.of(arguments[0]), tools, book, () -> roster, TableScene::terms, clock);
        tables.start(List.of(
                new TableSettings("lmdb", TableType.LMDB, TableValue.OK),
                new TableSettings("hash", TableType.HASH, TableValue.OK),
                new TableSettings("cdb", TableType.CDB, TableValue.OK)));
        await().atMost(Duration.ofSeconds(40))
                .until(() -> tables.health().stream().allMatch(table -> table.rows() == 1));
        System.out.println("published");
        new CountDownLatch(1).await();
    }
}
