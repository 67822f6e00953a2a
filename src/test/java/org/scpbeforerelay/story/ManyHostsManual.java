package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** docs/many-hosts.md, whose settings the tests run as they stand there. */
final class ManyHostsManual {
    private ManyHostsManual() {}

    static String text() throws IOException {
        return Files.readString(Path.of(System.getProperty("project.root", ""), "docs", "many-hosts.md"));
    }

    /** What stands in the fenced block of a language that begins so. */
    static String block(String language, String beginning) throws IOException {
        Matcher block = Pattern.compile(
                        "^```" + language + "\n(" + Pattern.quote(beginning) + ".*?)^```$",
                        Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(text());
        assertThat(block.find())
                .as("docs/many-hosts.md has the block %s", beginning)
                .isTrue();
        return block.group(1);
    }
}
