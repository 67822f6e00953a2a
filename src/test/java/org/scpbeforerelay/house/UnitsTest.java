package org.scpbeforerelay.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The systemd units, judged by systemd-analyze (Debian's package systemd). */
@Tag("e2e")
final class UnitsTest {
    private static final Path UNITS = Path.of(System.getProperty("project.root", ""), "packaging", "systemd");
    private static final List<String> NAMES = List.of(
            "scp-before-relay.service",
            "scp-before-relay-tables.service",
            "scp-before-relay-tables.timer",
            "scp-before-relay-announce@.service",
            "scp-before-relay-announce-once@.service",
            "scp-before-relay-announce-once@.timer");

    @TempDir
    Path folder;

    /** As installed, but for the program and the manual page, which this machine does not have. */
    @BeforeEach
    void copyUnits() throws IOException {
        for (String name : NAMES) {
            String unit = Files.readString(UNITS.resolve(name))
                    .replace("/usr/bin/scp-before-relay", "/bin/true")
                    .replaceAll("(?m)^Documentation=.*\n", "");
            Files.writeString(folder.resolve(name), unit);
        }
    }

    private String analyze(int status, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("systemd-analyze"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(status);
        return said;
    }

    @Test
    void systemdFindsNothingWrongWithThem() throws Exception {
        for (String name : NAMES) {
            assertThat(analyze(0, "verify", "./" + name)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "scp-before-relay.service",
                "scp-before-relay-tables.service",
                "scp-before-relay-announce@.service",
                "scp-before-relay-announce-once@.service"
            })
    void theirExposureIsLow(String name) throws Exception {
        String said = analyze(0, "security", "--offline=yes", "./" + name);
        Matcher level = Pattern.compile("exposure level for \\S+: ([0-9.]+)").matcher(said);
        assertThat(level.find()).as(said).isTrue();
        assertThat(Double.parseDouble(level.group(1))).isLessThan(2.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scp-before-relay-announce@.service", "scp-before-relay-announce-once@.service"})
    void theAgentIsNotRootAndItsKeyIsWhereTheManualHasIt(String name) throws IOException {
        assertThat(Files.readString(UNITS.resolve(name)))
                .contains("User=scp-before-relay-announce\n", "StateDirectory=scp-before-relay-announce\n");
        assertThat(Files.readString(UNITS.resolve("../../docs/client.md")))
                .contains("--home-dir /var/lib/scp-before-relay-announce ", "/var/lib/scp-before-relay-announce/.ssh/");
    }

    /** adjtimex(2), which says whether the clock is synchronised, is among the calls that ProtectClock= and ~@clock refuse. */
    @ParameterizedTest
    @ValueSource(strings = {"scp-before-relay.service", "scp-before-relay-tables.service"})
    void theClockCanBeReadAndNotBeSet(String name) throws Exception {
        assertThat(analyze(0, "syscall-filter", "@clock")).contains("adjtimex", "clock_adjtime");
        assertThat(Files.readString(UNITS.resolve(name)))
                .contains("CapabilityBoundingSet=\n")
                .containsSubsequence("SystemCallFilter=~@privileged", "\nSystemCallFilter=adjtimex clock_adjtime")
                .doesNotContain("\nProtectClock=");
    }

    @Test
    void theDaemonWaitsForTheClockWhereSomethingElseDoes() throws IOException {
        assertThat(Files.readString(UNITS.resolve("scp-before-relay.service")))
                .containsPattern("\nAfter=.*time-sync.target")
                .doesNotContainPattern("\nWants=.*time-sync.target");
    }

    @Test
    void theDaemonsUnitEndsWhatIsOverWhenTheDaemonHasStopped() throws IOException {
        assertThat(Files.readString(UNITS.resolve("scp-before-relay.service")))
                .contains("Type=notify\n", "ExecReload=kill -HUP $MAINPID\n", "table --expire\n")
                .doesNotContain("MemoryDenyWriteExecute=");
        assertThat(Files.readString(UNITS.resolve("scp-before-relay-tables.timer")))
                .contains("OnUnitActiveSec=45s\n");
    }
}
