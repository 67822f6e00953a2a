package org.scpbeforerelay.source.login.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.scpbeforerelay.source.login.format.LoginSighting.Login;
import org.scpbeforerelay.source.login.format.LoginSighting.Logout;
import org.scpbeforerelay.source.login.format.LoginSighting.NoLogin;
import org.scpbeforerelay.source.login.format.LoginSighting.NotOurs;
import org.scpbeforerelay.source.login.format.LoginSighting.NotUnderstood;

/** Every line of every file in {@code samples/}: logins with their user and address, everything else with what it is instead. */
final class SamplesTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("project.root", ""), "src/main/resources/org/scpbeforerelay/source/login");
    private static final long NOW_MS = Instant.parse("2026-11-22T16:00:00Z").toEpochMilli();

    static List<String> formats() {
        return LoginFormats.BUILT_IN;
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everySampleIsWhatItsFileSays(String format) throws Exception {
        assertThat(mistakes(format, List.of(format))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everySampleIsTheSameWithAllFormatsAtWork(String format) throws Exception {
        // uw-imap's samples have a line of courier's, which then is one.
        List<String> mistakes = mistakes(format, LoginFormats.BUILT_IN);
        mistakes.removeIf(mistake -> mistake.contains("imapd: LOGIN, user=nick, ip=[198.51.100.7], protocol=IMAP"));
        assertThat(mistakes).isEmpty();
    }

    @Test
    void everyFormatHasSamplesOfBothKindsAndNamesItsSource() throws Exception {
        for (LoginFormat format : LoginFormats.read(null).all()) {
            List<String> samples = samples(format.name());
            assertThat(samples).as(format.name()).anyMatch(line -> line.startsWith("+ "));
            assertThat(samples).as(format.name()).anyMatch(line -> line.startsWith("- "));
            assertThat(format.source()).as(format.name()).hasSizeGreaterThan(20);
        }
    }

    @Test
    void everyFormatInTheFolderIsListed() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve("formats"))) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())).map(name -> name.replace(".toml", "")))
                    .containsExactlyInAnyOrderElementsOf(LoginFormats.BUILT_IN);
        }
    }

    private static List<String> mistakes(String format, List<String> services) throws Exception {
        LineJudge judge = new LineJudge(LoginFormats.read(null).chosen(services), ZoneOffset.UTC);
        List<String> mistakes = new ArrayList<>();
        for (String sample : samples(format)) {
            int bar = sample.indexOf("| ");
            String expected = sample.substring(0, bar).strip();
            String line = sample.substring(bar + 2);
            LoginSighting sighting = judge.judge(line, NOW_MS);
            if (!expected.equals(summary(sighting))) {
                mistakes.add("expected '" + expected + "' but was " + sighting + " for: " + line);
            }
        }
        return mistakes;
    }

    private static String summary(LoginSighting sighting) {
        return switch (sighting) {
            case Login login -> "+ " + login.user() + " " + login.address();
            case Logout logout -> "x " + logout.connection();
            case NoLogin no -> "-";
            case NotOurs not -> "-";
            case NotUnderstood not -> "?";
        };
    }

    private static List<String> samples(String format) throws IOException {
        return Files.readAllLines(FOLDER.resolve("samples").resolve(format + ".txt"), StandardCharsets.ISO_8859_1)
                .stream()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .toList();
    }
}
