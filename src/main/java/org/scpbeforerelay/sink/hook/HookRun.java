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

    /** A child that the program left behind may hold its output open; nobody waits for that one. */
    private static final long OUTPUT_AFTER_END_MS = 200;

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
        Output output = new Output(process.getInputStream());
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Result("had not ended after " + limit.toSeconds() + " s and was killed", output.text());
            }
            int status = process.exitValue();
            String text = output.textAtEnd();
            return new Result(status == 0 ? null : "ended with status " + status, text);
        } finally {
            kill(process);
            output.close();
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

    /** Reads all a program says, and keeps the beginning. */
    private static final class Output {
        private final InputStream stream;
        private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
        private final Thread reader;

        Output(InputStream stream) {
            this.stream = stream;
            this.reader = Thread.ofVirtual().start(this::read);
        }

        private void read() {
            byte[] buffer = new byte[SAID_MAX];
            try {
                for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                    synchronized (beginning) {
                        beginning.write(buffer, 0, Math.min(n, SAID_MAX - beginning.size()));
                    }
                }
            } catch (IOException e) {
                // Closed: the run is over.
            }
        }

        String textAtEnd() throws InterruptedException {
            reader.join(Duration.ofMillis(OUTPUT_AFTER_END_MS));
            return text();
        }

        String text() {
            synchronized (beginning) {
                return beginning.toString(StandardCharsets.UTF_8).strip();
            }
        }

        void close() {
            try {
                stream.close();
            } catch (IOException e) {
                // Nothing is lost.
            }
        }
    }
}
