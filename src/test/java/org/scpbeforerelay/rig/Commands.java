package org.scpbeforerelay.rig;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine to their end. */
public final class Commands {
    private Commands() {}

    /**
     * To stand before a command that is sent signals: who runs the tests by nohup or in the background has its children ignore some
     * (env(1), {@code --default-signal}). The process keeps its id.
     */
    public static final List<String> HEEDING_SIGNALS = List.of("env", "--default-signal");

    /** Daemons look their tools up here, whatever the test's own environment says. */
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    static ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command);
        builder.environment().put("PATH", PATH);
        builder.environment().put("LC_ALL", "C.UTF-8");
        // Variables of this machine's session (agents, mail settings) are none of a lab host's business.
        builder.environment().keySet().removeIf(key -> key.startsWith("SSH_") || key.startsWith("MAIL"));
        return builder;
    }

    /** Runs a command to its end; its outputs go through files, so that a daemon it leaves behind cannot hold us. */
    static CommandResult run(Duration limit, String input, List<String> command) {
        try {
            Path out = Files.createTempFile("rig-out", null);
            Path err = Files.createTempFile("rig-err", null);
            try {
                Process process = builder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                feed(process, input);
                boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
                if (!ended) {
                    process.destroyForcibly().waitFor();
                }
                var result = new CommandResult(command, process.exitValue(), read(out), read(err));
                if (!ended) {
                    throw new IllegalStateException(
                            "not ended after " + limit + ": " + command + "\n" + result.output());
                }
                return result;
            } finally {
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, e);
        }
    }

    private static void feed(Process process, String input) throws IOException {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // A program may end without reading its input: its exit status tells.
            if (process.isAlive() && !input.isEmpty()) {
                throw e;
            }
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
