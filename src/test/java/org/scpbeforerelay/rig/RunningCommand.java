package org.scpbeforerelay.rig;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** A command that goes on running in a host; both its outputs go to one log file. Its process id is the program's own. */
public final class RunningCommand implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Path log;

    RunningCommand(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    public Path log() {
        return log;
    }

    /** What the program reads as its standard input. */
    public OutputStream stdin() {
        return process.getOutputStream();
    }

    /** All it has said so far. */
    public String output() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the output contains {@code text}.
     *
     * @throws IllegalStateException with the output so far, when it does not within {@code limit}, or the program ends
     */
    public RunningCommand awaitOutput(String text, Duration limit) {
        try {
            await().atMost(limit)
                    .pollInterval(Duration.ofMillis(10))
                    .pollDelay(Duration.ZERO)
                    .until(() -> output().contains(text) || !isRunning());
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException(
                    name + " did not say '" + text + "' within " + limit + "; it said:\n" + output(), e);
        }
        if (!output().contains(text)) {
            throw new IllegalStateException(
                    name + " ended (exit " + process.exitValue() + ") without saying '" + text + "':\n" + output());
        }
        return this;
    }

    /** Waits for the program's own end and returns its exit status. */
    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(name + " still runs after " + limit + "; it said:\n" + output());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, e);
        }
        return process.exitValue();
    }

    /** Sends a signal by its name ({@code HUP}, {@code STOP}, {@code CONT}, {@code KILL}). */
    public void signal(String signal) {
        Commands.run(Duration.ofSeconds(5), "", List.of("/bin/kill", "-" + signal, Long.toString(pid())))
                .orThrow();
    }

    /** SIGTERM, and SIGKILL when it has not ended 5 s later. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
