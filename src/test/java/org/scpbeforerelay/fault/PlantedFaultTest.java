package org.scpbeforerelay.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.fault.History.Settled;

/** What must never happen is made to happen, to real relay hosts: the matrix would be red. */
@Tag("e2e")
final class PlantedFaultTest {
    private static final List<String> NAMES = List.of("a", "b", "c");

    @Test
    void anAddressThatNobodyAnnouncedALeaseBeyondItsEndAndAnAnnouncementThatIsLostAreFound() throws Exception {
        try (FaultPool pool = new FaultPool(7)) {
            // b's clock stands still: user1's leases are brief, and do not end there.
            pool.node(1).kill();
            pool.node(1).start(List.of(), "-Dstopped.clock=true");
            pool.awaitHealth();
            for (String address : List.of("85.100.0.1", "85.100.0.2", "85.100.0.3")) {
                NAMES.forEach(name -> pool.node(NAMES.indexOf(name)).watch(address));
            }
            pool.node(1).announce("user1/gwaihir", "85.100.0.1").join();
            pool.node(0).announce("user2/gwaihir", "85.100.0.2").join();
            // Somebody writes to the log, and the history knows of no announcement.
            var stranger = new NodeProcess(pool.sentinel(2).host(), "local", pool.places(), new History());
            stranger.start(List.of());
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> stranger.problem().equals("-"));
            stranger.announce("user3/gwaihir", "85.100.0.3").join();
            stranger.close();
            awaitFinding(pool, "85.100.0.3", "nobody had announced that");
            awaitFinding(pool, "85.100.0.1", "ms after the end");

            // Every memory of it is destroyed.
            pool.loses(true);
            for (String name : NAMES) {
                NodeProcess node = pool.node(NAMES.indexOf(name));
                node.kill();
                empty(node.state());
            }
            pool.server(0).ask("FLUSHALL");
            for (String name : NAMES) {
                pool.node(NAMES.indexOf(name)).start(List.of("85.100.0.2"));
            }
            pool.awaitHealth();
            Settled moment = new Settled(System.nanoTime(), NAMES);
            pool.history().add(moment);
            assertThat(HistoryChecker.violations(pool.history().snapshot()))
                    .anyMatch(found -> found.contains("user2/gwaihir stands at [] at a when all is well"))
                    .anyMatch(found -> found.contains("nobody said so"));
        }
    }

    private static void awaitFinding(FaultPool pool, String address, String what) {
        await(address + " " + what)
                .atMost(Duration.ofSeconds(30))
                .until(() -> HistoryChecker.violations(pool.history().snapshot()).stream()
                        .anyMatch(found -> found.contains(address) && found.contains(what)));
    }

    private static void empty(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}
