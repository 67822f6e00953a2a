package org.scpbeforerelay.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** ARCHITECTURE.md speaks of what is there: its invariants name tests, its ways through the code name files. */
final class ArchitectureTest {
    private static final Pattern SOURCE = Pattern.compile("`((?:[a-z]+/)+)(\\w+\\.java)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");
    private static final Path MAIN = Path.of("src/main/java/org/scpbeforerelay");

    private static List<String> paragraphs() {
        return Arrays.asList(Checkout.text(Path.of("ARCHITECTURE.md")).split("\n\\s*\n"));
    }

    @Test
    void everyInvariantNamesATestThatIsThere() {
        List<String> invariants = paragraphs().stream()
                .filter(paragraph -> paragraph.contains("Architecture Invariant:"))
                .toList();
        assertThat(invariants).hasSizeGreaterThan(12);
        for (String invariant : invariants) {
            List<MatchResult> named = NamedTest.in(invariant);
            assertThat(named).as(invariant).isNotEmpty();
            assertThat(named).as(invariant).allSatisfy(NamedTest::assertIsThere);
        }
    }

    @Test
    void everyWallIsAnInvariant() {
        String text = Checkout.text(Path.of("ARCHITECTURE.md"));
        String walls = Checkout.text(Path.of("src/test/java/org/scpbeforerelay/walls/WallsTest.java"));
        Pattern asserted = Pattern.compile("void (\\w+)\\(\\) \\{\\s+assertStands\\(");
        List<String> tests = asserted.matcher(walls)
                .results()
                .map(found -> found.group(1))
                .filter(test -> !test.equals("namesSayWhatATypeIs"))
                .toList();
        assertThat(tests).hasSizeGreaterThan(8).allMatch(test -> text.contains("`WallsTest#" + test + "`"));
    }

    @Test
    void theWaysThroughTheCodeNameFilesThatAreThere() {
        String text = Checkout.text(Path.of("ARCHITECTURE.md"));
        List<MatchResult> named = SOURCE.matcher(text).results().toList();
        assertThat(named).hasSizeGreaterThan(20);
        assertThat(named)
                .filteredOn(
                        found -> Files.isDirectory(Checkout.ROOT.resolve(MAIN).resolve(found.group(1))))
                .extracting(found -> MAIN.resolve(found.group(1) + found.group(2)))
                .allMatch(path -> Files.isRegularFile(Checkout.ROOT.resolve(path)));
    }

    @Test
    void linksBetweenDocumentsLeadSomewhere() {
        List<Path> documents = Checkout.files().stream()
                .filter(path -> path.toString().endsWith(".md"))
                .toList();
        assertThat(documents)
                .isNotEmpty()
                .allSatisfy(document -> assertThat(targets(document))
                        .as("links in %s", document)
                        .allMatch(target -> Files.exists(target)));
    }

    private static Stream<Path> targets(Path document) {
        return LINK.matcher(Checkout.text(document))
                .results()
                .map(found -> Checkout.ROOT.resolve(document).resolveSibling(found.group(1)));
    }
}
