package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.rig.Commands;

/** {@code try} as a person meets it: what the page says to copy, copied to the letter, does what it says. */
@Tag("e2e")
final class TryPageTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Path launcher;
    private Path page;
    private @Nullable Process running;

    /** How a command line ended. */
    private record Ended(int exit, String said) {}

    @BeforeEach
    void prepare() throws IOException {
        page = folder.resolve("page");
        launcher = folder.resolve("sbr");
        Files.writeString(launcher, "#!/bin/sh\nexec " + String.join(" ", java()) + " \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void end() {
        if (running != null) {
            running.destroyForcibly();
            running.onExit().join();
        }
    }

    @Test
    void whatThePageSaysToCopyDoesWhatItSays() throws Exception {
        Process process = start();
        List<String> lookups = lines("\\S+ lookup 127\\.0\\.0\\.1 .*");
        assertThat(lookups).hasSize(2);
        assertThat(text()).doesNotContain("\u001b");
        Ended before = sh(lookups.getFirst());
        assertThat(before).isEqualTo(new Ended(1, "127.0.0.1 may not relay\n"));
        Ended copy = sh(lines("scp .*").getFirst());
        assertThat(copy.exit).as(copy.said).isZero();
        Ended after = sh(lookups.getLast());
        assertThat(after.exit).isZero();
        assertThat(after.said).startsWith("127.0.0.1 may relay: gerard/gwaihir, until ");
        watchAndTakeBack();
        Path playground = Path.of(group("--state (\\S+)"));
        assertThat(playground).isDirectory();
        signal(process, "INT");
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(text()).contains("Ended; " + playground + " is gone again.").doesNotContain("Exception");
        assertThat(playground).doesNotExist();
    }

    private void watchAndTakeBack() throws Exception {
        String watch = lines("\\S+ leases --watch .*").getFirst();
        Ended plain = sh("timeout 6 " + watch);
        assertThat(plain.said).doesNotContain("\u001b").contains("gerard/gwaihir");
        List<String> left = Pattern.compile("\\d+m \\d+s")
                .matcher(plain.said)
                .results()
                .map(found -> found.group())
                .distinct()
                .toList();
        assertThat(left).as("the time left runs down").hasSizeGreaterThan(1);
        // A terminal of 50 columns, first with colours, then without.
        Ended narrow =
                sh("timeout 8 script -qec 'stty cols 50; TERM=xterm timeout 6 " + watch + "' /dev/null </dev/null");
        assertThat(narrow.said).contains("\u001b[2J").contains("\u001b[1m").contains("gerard/gwaihir");
        assertThat(narrow.said.replaceAll("\u001b\\[[0-9;]*[A-Za-z]", "").lines())
                .as("lines on a narrow terminal")
                .allMatch(line -> line.strip().length() <= 50);
        Ended colourless = sh("NO_COLOR=1 timeout 8 script -qec 'timeout 6 " + watch + "' /dev/null </dev/null");
        assertThat(colourless.said).doesNotContain("\u001b[1m", "\u001b[2m").contains("gerard/gwaihir");
        Ended revoked = sh(lines("ssh .* revoke .*").getFirst());
        assertThat(revoked.exit).as(revoked.said).isZero();
        assertThat(sh(lines("\\S+ lookup 127\\.0\\.0\\.1 .*").getFirst()).exit).isEqualTo(1);
        assertThat(sh(watch.replace(" --watch", "")).said).contains("Nobody has a lease now");
    }

    @Test
    void aTerminalThatIsClosedEndsItAndNothingIsLeft() throws Exception {
        Process process = start();
        Path playground = Path.of(group("--state (\\S+)"));
        signal(process, "HUP");
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(playground).doesNotExist();
    }

    @Test
    void anInterruptAtAnyMomentOfTheStartLeavesNothing() throws Exception {
        for (int lines = 0; lines < 2; lines++) {
            Path temporary = Files.createDirectory(folder.resolve("tmp" + lines));
            running = process("-Djava.io.tmpdir=" + temporary);
            Process process = running;
            await().atMost(SOON).pollInterval(Duration.ofMillis(1)).until(() -> {
                try (var made = Files.list(temporary)) {
                    return made.anyMatch(path -> path.getFileName().toString().startsWith("sbr-try-"));
                }
            });
            signal(process, lines == 0 ? "INT" : "TERM");
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            try (var left = Files.list(temporary)) {
                assertThat(left.filter(path -> path.getFileName().toString().startsWith("sbr-try-")))
                        .isEmpty();
            }
        }
    }

    private Process start() throws IOException {
        Process process = process("-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
        running = process;
        await().atMost(SOON).until(() -> text().contains("Ctrl-C ends it") || !process.isAlive());
        return process;
    }

    private Process process(String option) throws IOException {
        List<String> command = new ArrayList<>(java());
        command.add(1, option);
        command.addAll(0, Commands.HEEDING_SIGNALS);
        command.add("try");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(page.toFile());
        builder.environment().put("SBR_LAUNCHER", launcher.toString());
        return builder.start();
    }

    private static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName());
    }

    private String text() throws IOException {
        return Files.readString(page);
    }

    /** The parts of lines of the page that are such a command, from there to the line's end. */
    private List<String> lines(String command) throws IOException {
        return Pattern.compile("(?m)(?:^|: | {2,})(" + command + ")$")
                .matcher(text())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private String group(String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(text());
        assertThat(matcher.find()).as(text()).isTrue();
        return matcher.group(1);
    }

    private static void signal(Process process, String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, "" + process.pid())
                        .start()
                        .waitFor())
                .isZero();
    }

    private static Ended sh(String line) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("sh", "-c", line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }
}
