package org.scpbeforerelay.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The documents lead to each other, and each can be found from the README. */
final class DocumentsTest {
    private static final Path README = Path.of("README.md");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");

    private static List<Path> documents() {
        return Checkout.files().stream()
                .filter(path -> path.toString().endsWith(".md"))
                .toList();
    }

    /** The files that a document leads to; without what leads to other sites, and without the places in pages. */
    private static Set<Path> linked(Path document) {
        Path folder = Objects.requireNonNullElse(document.getParent(), Path.of(""));
        return LINK.matcher(FENCED.matcher(Checkout.text(document)).replaceAll(""))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.contains("://") && !link.startsWith("#"))
                .map(link -> folder.resolve(link.replaceFirst("#.*", "")).normalize())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void whatIsLinkedIsThere() {
        List<String> missing = new ArrayList<>();
        for (Path document : documents()) {
            for (Path link : linked(document)) {
                if (!Files.exists(Checkout.ROOT.resolve(link))) {
                    missing.add(document + " leads to " + link);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyDocumentIsFoundFromTheReadme() {
        Set<Path> found = new TreeSet<>(Set.of(README));
        List<Path> unread = new ArrayList<>(found);
        while (!unread.isEmpty()) {
            for (Path link : linked(unread.removeLast())) {
                if (link.toString().endsWith(".md") && found.add(link)) {
                    unread.add(link);
                }
            }
        }
        assertThat(found).containsAll(documents());
    }

    @Test
    void decisionsAreNumberedAndOfOneForm() {
        for (Path decision : documents()) {
            String name = decision.getFileName().toString();
            if (decision.startsWith("docs/adr") && !name.equals("README.md")) {
                assertThat(Checkout.text(decision))
                        .as(name)
                        .startsWith("# " + Integer.parseInt(name.substring(0, 4)) + ". ")
                        .containsSubsequence("\n## Context\n", "\n## Decision\n", "\n## Consequences\n");
            }
        }
    }
}
