package org.scpbeforerelay.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Keeps an eye on size and habits. The numbers are no law: what has a reason to be otherwise goes with it into
 * {@code src/test/resources/tidy-exceptions.txt}.
 */
final class TidyTest {
    private static final int LINES_OF_A_FILE = 400;
    private static final int LINES_OF_A_FUNCTION = 70;
    private static final Pattern VAGUE_NAME = Pattern.compile(".*(Util|Utils|Helper|Helpers|Manager|Impl)");
    private static final Pattern SKIPS =
            Pattern.compile("Disabled.*|Ignore|assume(True|False|That)|assumingThat|abort");

    /** Written in parts, or this file would name what no file may. */
    private static final List<Pattern> NAMES_OF_PLACES = List.of(
            Pattern.compile("(?<![\\w.)}*-])/wo" + "rk/"),
            Pattern.compile("repo\\.maven\\." + "apache\\.org"),
            Pattern.compile("deb\\." + "debian\\.org"),
            Pattern.compile("registry\\." + "npmjs\\.org"));

    private static final Pattern LEFT_ALONE =
            Pattern.compile("(?m)^ *// (?=.{90})[^\\n]*\\n *// \\S{1,12}( \\S{1,12})?$");

    private static List<Source> sources = List.of();

    @BeforeAll
    static void readSources() {
        sources = Source.readAll(Checkout.javaFiles());
    }

    @Test
    void filesAreOfOneIdea() {
        assertTidy(
                "lines",
                sources.stream()
                        .filter(source -> source.lines() > LINES_OF_A_FILE)
                        .map(source -> finding(source, source.lines() + " lines, more than " + LINES_OF_A_FILE)));
    }

    @Test
    void functionsFitAScreen() {
        assertTidy(
                "function",
                sources.stream()
                        .flatMap(source -> source.functions().stream()
                                .filter(function -> function.lines() > LINES_OF_A_FUNCTION)
                                .map(function -> finding(
                                        source,
                                        function.name() + " has " + function.lines() + " lines, more than "
                                                + LINES_OF_A_FUNCTION))));
    }

    @Test
    void namesSayWhatATypeIs() {
        assertTidy(
                "name",
                sources.stream()
                        .flatMap(source -> source.types().stream()
                                .filter(type -> VAGUE_NAME.matcher(type).matches())
                                .map(type -> finding(source, type + " says nothing: name what it does"))));
    }

    @Test
    void nothingSleepsToBeRight() {
        assertTidy(
                "sleep",
                sources.stream()
                        .flatMap(source -> source.calls().stream()
                                .filter(call -> call.endsWith(".sleep"))
                                .map(call -> finding(
                                        source, call + ": wait for what you need (Awaitility), or set the clock"))));
    }

    @Test
    void noTestIsSkipped() {
        assertTidy(
                "skip",
                sources.stream()
                        .filter(Source::isTest)
                        .flatMap(source -> Stream.concat(
                                        source.annotations().stream(),
                                        source.calls().stream().map(call -> call.replaceFirst(".*\\.", "")))
                                .filter(name -> SKIPS.matcher(name).matches())
                                .map(name -> finding(source, name + " leaves a test out unseen"))));
    }

    @Test
    void everyPackageSaysItsDuty() {
        List<String> described = sources.stream()
                .filter(source -> source.path().endsWith("package-info.java")
                        && source.annotations().contains("NullMarked"))
                .map(Source::packageName)
                .toList();
        assertTidy(
                "package",
                sources.stream()
                        .filter(source -> !described.contains(source.packageName()))
                        .map(source -> finding(
                                source,
                                "package " + source.packageName() + " has no package-info.java with @NullMarked")));
    }

    /** The formatter wraps a comment that is too long, and leaves a word or two alone on a line. */
    @Test
    void commentsAreBrokenByHand() {
        List<String> findings = new ArrayList<>();
        for (Path path : Checkout.javaFiles()) {
            LEFT_ALONE
                    .matcher(Checkout.text(path))
                    .results()
                    .forEach(found -> findings.add(path + ": " + found.group().strip()));
        }
        assertThat(findings).isEmpty();
    }

    @Test
    void noFileNamesThePlaceWhereItWasWritten() {
        List<String> findings = new ArrayList<>();
        for (Path path : Checkout.files()) {
            String text = Checkout.text(path);
            for (Pattern name : NAMES_OF_PLACES) {
                name.matcher(text).results().forEach(found -> findings.add(path + " names " + found.group()));
            }
        }
        assertThat(findings).isEmpty();
    }

    private static Finding finding(Source source, String what) {
        return new Finding(source.path(), what);
    }

    private static void assertTidy(String rule, Stream<Finding> found) {
        List<Finding> findings = found.toList();
        List<Path> excepted = TidyException.of(rule);
        assertThat(findings.stream().filter(finding -> !excepted.contains(finding.path())))
                .as("untidy; mend it, or add '%s PATH REASON' to src/test/resources/tidy-exceptions.txt", rule)
                .isEmpty();
        assertThat(excepted)
                .as("exceptions from '%s' that are needed no more: take them out of tidy-exceptions.txt", rule)
                .allMatch(path ->
                        findings.stream().anyMatch(finding -> finding.path().equals(path)));
    }

    private record Finding(Path path, String what) {
        @Override
        public String toString() {
            return path + ": " + what;
        }
    }

    /** One line of the list: a rule, a file, and why. */
    private record TidyException(String rule, Path path, String reason) {
        private static final Path LIST = Path.of("src/test/resources/tidy-exceptions.txt");

        static List<Path> of(String rule) {
            return Checkout.text(LIST)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(TidyException::parse)
                    .filter(exception -> exception.rule.equals(rule))
                    .map(TidyException::path)
                    .toList();
        }

        private static TidyException parse(String line) {
            String[] words = line.split("\\s+", 3);
            assertThat(words).as("'%s' in %s: RULE PATH REASON", line, LIST).hasSize(3);
            assertThat(words[2]).as("the reason in '%s'", line).hasSizeGreaterThan(15);
            return new TidyException(words[0], Path.of(words[1]), words[2]);
        }
    }
}
