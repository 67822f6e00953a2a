package org.scpbeforerelay.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The system's programs that a command drives. */
final class Programs {
    private static final long SECONDS_MAX = 60;

    private Programs() {}

    /**
     * How a program ended.
     *
     * @param exitStatus 0 to 255
     * @param output what it wrote to standard output
     * @param errors what it wrote to standard error
     */
    record Result(int exitStatus, String output, String errors) {}

    /** A {@link CommandFailure} names what is missing and how to get it. */
    static void require(String... names) {
        for (String name : names) {
            if (!isThere(name)) {
                throw new CommandFailure(
                        ExitStatus.NOT_REACHABLE,
                        "'" + name + "' is not on this machine's PATH; on Debian: apt-get install openssh-client");
            }
        }
    }

    /** Runs a program to its end, at most a minute. */
    static Result run(List<String> command) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("scp-before-relay-", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectError(errors.toFile())
                    .start();
            AtomicBoolean late = new AtomicBoolean();
            // What it writes is read up to its end, which may never come.
            CompletableFuture.delayedExecutor(SECONDS_MAX, TimeUnit.SECONDS).execute(() -> {
                late.set(process.isAlive());
                process.destroyForcibly();
            });
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (late.get()) {
                throw new IOException(command.getFirst() + " did not end within " + SECONDS_MAX + " s");
            }
            return new Result(status, output, Files.readString(errors));
        } finally {
            Files.delete(errors);
        }
    }

    private static boolean isThere(String name) {
        for (String folder :
                System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":")) {
            if (Files.isExecutable(Path.of(folder.isEmpty() ? "." : folder, name))) {
                return true;
            }
        }
        return false;
    }
}
