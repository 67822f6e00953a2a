package org.scpbeforerelay.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Tests that a document names: {@code `SomeTest`} or {@code `SomeTest#method`} in backquotes. */
final class NamedTest {
    private static final Pattern NAME = Pattern.compile("`(\\w+(?:Test|Contract))(?:#(\\w+))?`");

    private NamedTest() {}

    /** All that this text names: first group the class, second, if any, the method. */
    static List<MatchResult> in(String text) {
        return NAME.matcher(text).results().toList();
    }

    /** There is one such class, and in it such a test. */
    static void assertIsThere(MatchResult named) {
        List<String> sources = Checkout.javaFiles().stream()
                .filter(path -> path.startsWith("src/test") && path.endsWith(named.group(1) + ".java"))
                .map(Checkout::text)
                .toList();
        assertThat(sources).as("a test class %s", named.group(1)).hasSize(1);
        if (named.group(2) != null) {
            Pattern method = Pattern.compile(
                    "@(Test|ParameterizedTest)\\b[^;{}]*(\\{[^}]*\\}[^;{}]*)?\\bvoid " + named.group(2) + "\\(");
            assertThat(method.matcher(sources.getFirst()).find())
                    .as("%s is a test method", named.group())
                    .isTrue();
        }
    }
}
