package org.scpbeforerelay.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** docs/pitfalls.md: every mistake of the table names a test that is there. */
final class PitfallsTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\| ([^|]+) \\| ([^|]+) \\|$");

    private static List<MatchResult> rows() {
        return ROW.matcher(Checkout.text(Path.of("docs/pitfalls.md"))).results().toList();
    }

    @Test
    void allThirtyEightAreThereInOrder() {
        assertThat(rows())
                .extracting(row -> Integer.parseInt(row.group(1)))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 38).boxed().toList());
    }

    @Test
    void oneOfTheTestsOfEachIsCalledAfterIt() {
        for (MatchResult row : rows()) {
            Pattern number = Pattern.compile("[pP]itfall" + row.group(1) + "(?!\\d)");
            assertThat(number.matcher(row.group(3)).find())
                    .as("row without a test that has its number in its name: %s", row.group())
                    .isTrue();
        }
    }

    @Test
    void eachNamesTestsThatAreThere() {
        for (MatchResult row : rows()) {
            List<MatchResult> named = NamedTest.in(row.group(3));
            assertThat(named.isEmpty())
                    .as("row without a test: %s", row.group())
                    .isFalse();
            assertThat(named).as(row.group()).allSatisfy(NamedTest::assertIsThere);
        }
    }
}
