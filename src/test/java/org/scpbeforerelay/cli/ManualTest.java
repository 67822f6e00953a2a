package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Help and manual pages say what the commands do, and every command has both. */
class ManualTest {
    private static final Path MAN = Path.of(System.getProperty("project.root", "."), "man");

    static Stream<Map.Entry<String, CommandSpec>> pages() {
        Terminal nowhere =
                Main.plainTerminal(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()));
        return ManualCommand.pages(Main.commandLine(nowhere).getCommandSpec()).entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandDescribesItselfItsOptionsAndItsArguments(Map.Entry<String, CommandSpec> page) {
        CommandSpec command = page.getValue();
        assertThat(command.usageMessage().description()).isNotEmpty();
        command.options()
                .forEach(option -> assertThat(option.description())
                        .as(option.longestName())
                        .isNotEmpty());
        command.positionalParameters()
                .forEach(parameter -> assertThat(parameter.description())
                        .as(parameter.paramLabel())
                        .isNotEmpty());
        assertThat(command.optionsMap()).containsKeys("--help", "--config", "--state");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void thePageInTheRepositoryIsTheOneThatTheCommandWouldPrint(Map.Entry<String, CommandSpec> page)
            throws IOException {
        assertThat(MAN.resolve(page.getKey() + ".1"))
                .as("write them anew with: ./scp-before-relay manual --write man")
                .hasContent(ManPage.of(page.getValue()));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theHelpBreaksNoLineThatIsToBeCopiedAndNoOtherIsTooLong(Map.Entry<String, CommandSpec> page) {
        CommandSpec command = page.getValue();
        List<String> help = command.commandLine()
                .getUsageMessage(CommandLine.Help.Ansi.OFF)
                .lines()
                .toList();
        List<String> toCopy = Stream.of(command.usageMessage().footer())
                .filter(line -> line.startsWith("  "))
                .toList();
        assertThat(help).containsAll(toCopy);
        assertThat(help).filteredOn(line -> !toCopy.contains(line)).allMatch(line -> line.length() <= 80);
        Stream.of(command.usageMessage().footer())
                .filter(line -> !line.isEmpty() && !line.startsWith("  "))
                .forEach(paragraph ->
                        assertThat(paragraph).as("a whole sentence").matches(".*[.:)]"));
    }

    @Test
    void noPageIsLeftOverFromACommandThatIsNoMore() throws IOException {
        try (Stream<Path> files = Files.list(MAN)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            pages().map(page -> page.getKey() + ".1").toList());
        }
    }
}
