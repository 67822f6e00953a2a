package org.scpbeforerelay.sink.hook;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of a hook's program: a clean environment, nothing to read, bounded in time and in what it may say. */
final class HookRun {
    static final int SAID_MAX = 4_096;

    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final long LOOK_EVERY_MS = 5;

    private HookRun() {}

    /**
     * How it ended.
     *
     * @param failure null when it went well
     * @param said the first {@link #SAID_MAX} bytes of its output
     */
    record Result(@Nullable String failure, String said) {}

    static Result run(List<String> command, Map<String, String> environment, Duration limit)
            throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .directory(new File("/"));
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", PATH, "LC_ALL", "C.UTF-8"));
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new Result(
                    "cannot be run (" + e.getMessage()
                            + "): it must be there, executable for the daemon's user, and begin with"
                            + " #! when it is a script",
                    "");
        }
        try (InputStream out = process.getInputStream()) {
            Output output = new Output(out);
            long endNanos = System.nanoTime() + limit.toNanos();
            // Never a read that waits: a child that the program left behind may hold its output open for ever.
            while (!process.waitFor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
                output.take();
                if (System.nanoTime() - endNanos > 0) {
                    return new Result("had not ended after " + limit.toSeconds() + " s and was killed", output.text());
                }
            }
            output.take();
            int status = process.exitValue();
            return new Result(status == 0 ? null : "ended with status " + status, output.text());
        } catch (IOException e) {
            return new Result("its output could not be read: " + e.getMessage(), "");
        } finally {
            kill(process);
        }
    }

    /** The program first, so that it cannot go on when its children are gone; they are listed while they are still its own. */
    private static void kill(Process process) {
        if (process.isAlive()) {
            List<ProcessHandle> children = process.descendants().toList();
            process.destroyForcibly();
            for (ProcessHandle child : children) {
                List<ProcessHandle> late = child.descendants().toList();
                child.destroyForcibly();
                late.forEach(ProcessHandle::destroyForcibly);
            }
        }
    }

    /** What a program says; the beginning is kept, and the rest taken off so that it can go on. */
    private static final class Output {
        /** At one look, so that a program that never stops saying something is looked after, too. */
        private static final int LOOK_MAX = 1 << 20;

        private final InputStream stream;
        private final byte[] buffer = new byte[1 << 16];
        private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();

        Output(InputStream stream) {
            this.stream = stream;
        }

        void take() throws IOException {
            for (int taken = 0; taken < LOOK_MAX; ) {
                int there = Math.min(stream.available(), buffer.length);
                int n = there == 0 ? 0 : stream.read(buffer, 0, there);
                if (n <= 0) {
                    return;
                }
                beginning.write(buffer, 0, Math.min(n, SAID_MAX - beginning.size()));
                taken += n;
            }
        }

        String text() {
            return beginning.toString(StandardCharsets.UTF_8).strip();
        }
    }
}
