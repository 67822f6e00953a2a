package org.scpbeforerelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder of test files, each with what is expected of it in a file of the same name and the ending {@code .expected}. */
record Corpus(Path folder) {
    static Corpus named(String name) {
        return new Corpus(Path.of(System.getProperty("project.root", ""), "src/test/resources", name)
                .toAbsolutePath());
    }

    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".toml"))
                    .sorted()
                    .toList();
        }
    }

    /** Holds the problems against what stands beside the file. */
    void assertAsExpected(Path file, SettingsException problem) throws IOException {
        String name = file.getFileName().toString();
        Path expected = folder.resolve(name.replaceFirst("\\.toml$", ".expected"));
        List<String> found = problem.problems().stream()
                .map(one -> one.toString().substring(one.place().length() - name.length()))
                .toList();
        if (System.getenv("WRITE_EXPECTED") != null) {
            Files.write(expected, found);
        }
        assertThat(found).as(name).containsExactlyElementsOf(Files.readAllLines(expected));
    }
}
