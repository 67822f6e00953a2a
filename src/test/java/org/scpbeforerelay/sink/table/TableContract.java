package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.lease.SampleLeases;

/** What every type of access table has to hold; a type inherits it. */
abstract class TableContract {
    private static final long TERM_MS = TableScene.TERM_MS;

    @TempDir
    Path folder;

    TableScene scene;

    abstract TableType type();

    abstract TableTools tools();

    /** What a mail server finds: the lines of the table, as {@link Row#line} writes them. */
    abstract List<String> read() throws Exception;

    /** The line of an address in this type of table. */
    String line(String address) {
        return address + " OK";
    }

    @BeforeEach
    void startWithAnEmptyTable() throws Exception {
        scene = new TableScene(folder, new TableSettings("relay-clients", type(), TableValue.OK), tools());
    }

    @AfterEach
    void closeScene() {
        scene.close();
    }

    @Test
    void theTableIsThereAndEmptyAtTheStartAsPitfall12WantsOfTheHints00() throws Exception {
        assertThat(scene.files().published()).exists();
        assertThat(read()).isEmpty();
    }

    @Test
    void mailServersMayReadItWhateverTheirUser() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.round();
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(scene.files().published())))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void aGrantedAddressIsInTheTableInTheSpellingOfMailServers() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.grant("gerard/gwaihir", "2001:DB8:100:0:0:0:0:10", TERM_MS);
        scene.round();
        assertThat(read()).containsExactlyInAnyOrder(line("203.0.113.7"), line("2001:db8:100::10"));
        assertThat(scene.health().rows()).isEqualTo(2);
    }

    @Test
    void aNewAddressTakesThePlaceOfTheFormerOne() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.round();
        scene.grant("gerard/gwaihir", "203.0.113.8", TERM_MS);
        scene.round();
        assertThat(read()).containsExactly(line("203.0.113.8"));
    }

    @Test
    void pitfall17ExpiryNeedsNoEvent() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.grant("frodo/phone", "203.0.113.9", TERM_MS);
        scene.round();
        scene.clock.passMs(60_000);
        scene.roundNow();
        assertThat(read()).containsExactly(line("203.0.113.9"));
    }

    @Test
    void pitfall18NoOverrunTheNextLookIsAtTheEndItself() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 20_700);
        long grantedMs = scene.clock.now().monotonicMs();
        scene.round();
        scene.clock.passMs(grantedMs + 20_000 - scene.clock.now().monotonicMs());
        assertThat(scene.roundNow()).isEqualTo(700);
        scene.clock.passMs(699);
        assertThat(scene.roundNow()).isEqualTo(1);
        assertThat(read()).hasSize(1);
        scene.clock.passMs(1);
        scene.roundNow();
        assertThat(read()).isEmpty();
    }

    @Test
    void aRenewalKeepsTheAddressBeyondItsFirstEnd() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.round();
        scene.clock.passMs(50_000);
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.roundNow();
        scene.clock.passMs(20_000);
        scene.roundNow();
        assertThat(read()).containsExactly(line("203.0.113.7"));
    }

    @Test
    void aRevokedLeaseIsOut() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.round();
        scene.revoke("gerard/gwaihir", "203.0.113.7");
        scene.round();
        assertThat(read()).isEmpty();
    }

    @Test
    void anAddressStaysWhileOneOfItsPrincipalsHasALease() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.grant("frodo/phone", "203.0.113.7", 60_000);
        scene.round();
        scene.clock.passMs(60_000);
        scene.roundNow();
        assertThat(read()).containsExactly(line("203.0.113.7"));
        scene.revoke("gerard/gwaihir", "203.0.113.7");
        scene.round();
        assertThat(read()).isEmpty();
    }

    @Test
    void whoHasLimitsIsAbsentAndComesWithTheReloadThatLiftsThem() throws Exception {
        scene.limit("gerard", "gerard@example.org");
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.grant("frodo/phone", "203.0.113.9", TERM_MS);
        scene.round();
        assertThat(read()).containsExactly(line("203.0.113.9"));
        scene.limit("gerard");
        scene.round();
        assertThat(read()).containsExactlyInAnyOrder(line("203.0.113.7"), line("203.0.113.9"));
        scene.limit("gerard", "gerard@example.org");
        scene.round();
        assertThat(read()).containsExactly(line("203.0.113.9"));
    }

    @Test
    void aLeaseEndsInTheTableWithTheKeyThatProvedIt() throws Exception {
        scene.key("gerard", "SHA256:x", scene.clock.now().wallMs() + 90_000);
        scene.grantByKey("gerard/gwaihir", "203.0.113.7", "SHA256:x");
        scene.round();
        assertThat(read()).hasSize(1);
        scene.clock.passMs(90_000);
        scene.roundNow();
        assertThat(read()).isEmpty();
    }

    @Test
    void aWallClockThatIsSteppedForwardEndsLeasesAndOneSteppedBackLengthensNone() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.round();
        scene.clock.stepMs(-3_600_000);
        scene.roundNow();
        assertThat(read()).hasSize(1);
        scene.clock.passMs(60_000);
        scene.roundNow();
        assertThat(read()).isEmpty();

        scene.grant("gerard/gwaihir", "203.0.113.8", 60_000);
        scene.round();
        assertThat(read()).hasSize(1);
        scene.clock.stepMs(60_000);
        scene.roundNow();
        assertThat(read()).isEmpty();
    }

    @Test
    void aWholeNetworkIsOnlyWhereItCanHold() throws Exception {
        scene.grantNetwork64("gerard/gwaihir", "2001:db8:1:2::7");
        scene.grant("frodo/phone", "203.0.113.9", TERM_MS);
        scene.round();
        if (type().holdsNetworks()) {
            assertThat(read()).containsExactlyInAnyOrder("2001:db8:1:2::/64", line("203.0.113.9"));
        } else {
            assertThat(read()).containsExactly(line("203.0.113.9"));
        }
    }

    @Test
    void pitfall7AnAddressThatIsTheHostsOwnOrNotLeasedHereIsAbsentFromTheNextLookOn() throws Exception {
        scene.grant("gerard/gwaihir", "85.214.1.7", TERM_MS);
        scene.grant("frodo/phone", "203.0.113.9", TERM_MS);
        scene.grant("sam/phone", "203.0.113.200", TERM_MS);
        scene.round();
        assertThat(read())
                .as("203.0.113.200 is in no special network of this host")
                .containsExactlyInAnyOrder(line("85.214.1.7"), line("203.0.113.9"));
        scene.hostAddresses("85.214.1.7");
        scene.round();
        assertThat(read()).containsExactly(line("203.0.113.9"));
        scene.hostAddresses("85.214.1.8");
        scene.round();
        assertThat(read()).containsExactlyInAnyOrder(line("85.214.1.7"), line("203.0.113.9"));
    }

    @Test
    void manyChangesAtOnceAreOneChangeOfTheTable() throws Exception {
        long before = scene.health().changes();
        for (int i = 0; i < 3_000; i++) {
            scene.grant("gerard/d" + i, "10.1." + i / 250 + "." + i % 250, TERM_MS);
        }
        scene.round();
        assertThat(read()).hasSize(3_000);
        for (int i = 0; i < 2_990; i++) {
            scene.revoke("gerard/d" + i, "10.1." + i / 250 + "." + i % 250);
        }
        scene.round();
        assertThat(read()).hasSize(10);
        assertThat(scene.health().changes() - before).isEqualTo(2);
    }

    @Test
    void whatAnEarlierRunOrSomebodyElseLeftIsGoneAfterTheStart() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.grant("frodo/phone", "203.0.113.9", TERM_MS);
        scene.round();
        scene.kill();
        scene.book.remove(scene.book.at(SampleLeases.address("203.0.113.9"))[0].key());
        Files.delete(scene.files().ends());
        scene.start();
        assertThat(read()).containsExactly(line("203.0.113.7"));
    }
}
