package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.announce.Roster;

/** The same while the daemon is away, killed or stopped, and what becomes of what it has left. */
abstract class AwayTableContract extends TableContract {
    private static final long TERM_MS = TableScene.TERM_MS;

    @Test
    void theExpirerDoesNothingWhileTheDaemonLives() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.round();
        scene.clock.passMs(30_000);
        assertThat(scene.expire().daemonAlive()).isTrue();
        assertThat(read()).hasSize(1);
    }

    @Test
    void afterAKillWhatIsLeasedStaysAndEndsOnTimeWithTheExpirerAlone() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 120_000);
        scene.grant("frodo/phone", "2001:db8::9", 240_000);
        scene.round();
        scene.kill();
        assertThat(scene.expire().succeeded()).isTrue();
        assertThat(read()).hasSize(2);
        scene.clock.passMs(120_000);
        assertThat(scene.expire().tables())
                .containsExactly(new TableExpirer.Outcome(scene.settings.toString(), 1, 1, null));
        assertThat(read()).containsExactly(line("2001:db8::9"));
        scene.clock.passMs(120_000);
        scene.expire();
        assertThat(read()).isEmpty();
        assertThat(scene.files().published()).exists();
    }

    @Test
    void afterARebootTheExpirerGoesByTheWallClock() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 120_000);
        scene.grant("frodo/phone", "203.0.113.9", 600_000);
        scene.round();
        scene.kill();
        scene.clock.reboot(180_000);
        scene.expire();
        assertThat(read()).containsExactly(line("203.0.113.9"));
        scene.clock.stepMs(-7_200_000);
        scene.clock.reboot(0);
        scene.expire();
        assertThat(read())
                .as("the record lies in the future: nobody knows what is left")
                .isEmpty();
    }

    @Test
    void pitfall21AfterARebootTheExpirerEmptiesTheTableWhileTheClockIsNotSynchronised() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 600_000);
        scene.round();
        scene.kill();
        scene.clock.synchronised(false);
        assertThat(scene.expire().succeeded()).isTrue();
        assertThat(read()).as("the same boot needs no wall clock").hasSize(1);
        scene.clock.reboot(0);
        assertThat(scene.expire().tables())
                .containsExactly(new TableExpirer.Outcome(scene.settings.toString(), 1, 0, null));
        assertThat(read()).isEmpty();
    }

    @Test
    void aStoppedDaemonsEndedLeasesAreTakenOutAndItWritesAnewWhenItGoesOn() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.grant("frodo/phone", "203.0.113.9", TERM_MS);
        scene.round();
        scene.clock.passMs(61_000);
        assertThat(scene.expire().daemonAlive()).isFalse();
        assertThat(read()).containsExactly(line("203.0.113.9"));
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.round();
        assertThat(read()).containsExactlyInAnyOrder(line("203.0.113.7"), line("203.0.113.9"));
    }

    @Test
    void whatWasRecordedButNotYetPublishedWhenTheDaemonDiedIsSettledByTheFirstExpiry() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.grant("frodo/phone", "203.0.113.9", TERM_MS);
        scene.round();
        Files.writeString(scene.files().ends(), "203.0.113.7/32 -\n203.0.1", StandardOpenOption.APPEND);
        scene.kill();
        scene.expire();
        assertThat(read()).containsExactly(line("203.0.113.9"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0\0\0\0",
                "scp-before-relay-ends 1\ntable other-clients TYPE OK\nboot boot-1\nwriter daemon\n"
            })
    void aTableWhoseRecordIsNoneIsEmptiedByTheFirstExpiryBecauseNobodyKnowsWhatIsOver(String record) throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.round();
        scene.kill();
        Files.writeString(scene.files().ends(), record.replace("TYPE", type().word()));
        TableExpirer.Report report = scene.expire();
        assertThat(read()).isEmpty();
        assertThat(report.succeeded()).isFalse();
        assertThat(report.tables()).singleElement().satisfies(outcome -> {
            assertThat(outcome.table()).isEqualTo(scene.settings.toString());
            assertThat(outcome.failure()).contains("cannot be read").contains("was emptied");
        });
        assertThat(scene.expire().tables())
                .as("said once, and the record is one again")
                .containsExactly(new TableExpirer.Outcome(scene.settings.toString(), 0, 0, null));
        scene.start();
        assertThat(read()).containsExactly(line("203.0.113.7"));
    }

    @Test
    void aStoppedDaemonsTableWhoseRecordIsNoneIsEmptiedUntilItGoesOn() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.round();
        Files.writeString(scene.files().ends(), "");
        scene.clock.passMs(61_000);
        assertThat(scene.expire().succeeded()).isFalse();
        assertThat(read()).isEmpty();
        scene.round();
        assertThat(read()).containsExactly(line("203.0.113.7"));
    }

    @Test
    void aTableThatIsNoLongerConfiguredIsEmptiedAlsoWhenItsRecordIsNone() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.round();
        scene.kill();
        Files.writeString(scene.files().ends(), "");
        try (var tables =
                new AccessTables(folder, tools(), scene.book, () -> Roster.EMPTY, TableScene::terms, scene.clock)) {
            tables.start(List.of());
            assertThat(read()).isEmpty();
            assertThat(scene.files().ends()).doesNotExist();
        }
    }

    @Test
    void aTableThatIsNoLongerConfiguredIsEmptiedAndForgotten() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", TERM_MS);
        scene.round();
        scene.kill();
        try (var tables =
                new AccessTables(folder, tools(), scene.book, () -> Roster.EMPTY, TableScene::terms, scene.clock)) {
            tables.start(List.of());
            assertThat(read()).isEmpty();
            assertThat(scene.files().ends()).doesNotExist();
            assertThat(hiddenFiles()).containsExactly(".lock");
        }
    }

    private List<String> hiddenFiles() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("."))
                    .toList();
        }
    }
}
