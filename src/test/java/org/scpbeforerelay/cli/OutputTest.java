package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command prints or writes reaches its place, or the command does not end well. */
final class OutputTest {
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path state;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(OutputStream out, boolean isPipe, String... arguments) {
        return Main.run(Terminal.of(out, err, isPipe), arguments);
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void outputThatIsLostIsAnErrorAndSaysWhy() throws IOException {
        for (String command : List.of("completion bash", "user list --json", "manual serve", "version", "--help")) {
            err.reset();
            try (OutputStream full = new FileOutputStream(FULL.toFile())) {
                String[] words = (command.startsWith("-") ? command : command + " --state " + state).split(" ");
                assertThat(run(full, false, words)).as(command).isEqualTo(73);
            }
            assertThat(said().lines()).as(command).hasSize(1);
            assertThat(said()).contains("the output could not be written (No space left on device)");
        }
    }

    @Test
    void aReaderThatHasEnoughIsNoError() throws IOException {
        try (OutputStream full = new FileOutputStream(FULL.toFile())) {
            assertThat(run(full, true, "completion", "bash")).isZero();
        }
        assertThat(said()).isEmpty();
    }

    @Test
    void whereFilesCannotBeWrittenThatIsSaidWithoutAStackTrace() throws IOException {
        Path file = Files.createFile(state.resolve("file"));
        for (String command : List.of(
                "manual --write " + file,
                "manual --write /proc/nowhere",
                "try --state " + file.resolve("below"),
                "user add gerard --state /proc/nowhere")) {
            err.reset();
            assertThat(run(OutputStream.nullOutputStream(), false, command.split(" ")))
                    .as(command)
                    .isEqualTo(73);
            assertThat(said()).as(command).doesNotContain("\tat ").contains("cannot ");
        }
    }
}
