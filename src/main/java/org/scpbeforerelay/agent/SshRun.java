package org.scpbeforerelay.agent;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One run of ssh. What it says is read as it comes, or a talkative one ({@code -o LogLevel=DEBUG}) would wait for a full pipe
 * and answer no server; the last of it is kept.
 */
final class SshRun implements AutoCloseable {
    private static final int KEPT_BYTES_MAX = 64 * 1024;

    private final Process process;
    private final Heard output;
    private final Heard errors;

    private SshRun(Process process) {
        this.process = process;
        this.output = new Heard(process.getInputStream());
        this.errors = new Heard(process.getErrorStream());
    }

    /** {@code ended} is called on some thread when the run is over. */
    static SshRun start(List<String> command, Runnable ended) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectInput(new File("/dev/null")).start();
        SshRun run = new SshRun(process);
        process.onExit().thenRun(ended);
        return run;
    }

    boolean isOver() {
        return !process.isAlive();
    }

    /** What it meant; only when it is over. */
    SshAnswer answer() throws InterruptedException {
        return SshAnswer.of(process.exitValue(), output(), errors.text());
    }

    /** What the end of a held connection meant; only when it is over. */
    SshAnswer endOfHold() throws InterruptedException {
        int status = process.exitValue();
        return SshAnswer.of(status == 0 ? 255 : status, "", errors.text());
    }

    int exitStatus() {
        return process.exitValue();
    }

    /** What it wrote to standard output; only when it is over. */
    String output() throws InterruptedException {
        return output.text();
    }

    /** Ends it, if it is not over. */
    @Override
    public void close() {
        process.destroy();
    }

    /** What comes out of one pipe, up to its end. */
    private static final class Heard {
        // A program that ssh left behind may hold the pipe open: what it says is no answer of ssh's.
        private static final long REST_MS_MAX = 1_000;

        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final Thread reader;

        Heard(InputStream pipe) {
            reader = Thread.ofPlatform().daemon().name("hears ssh").start(() -> read(pipe));
        }

        private void read(InputStream pipe) {
            byte[] buffer = new byte[4096];
            try (pipe) {
                for (int count = pipe.read(buffer); count >= 0; count = pipe.read(buffer)) {
                    keep(buffer, count);
                }
            } catch (IOException e) {
                // It has ended.
            }
        }

        private synchronized void keep(byte[] bytes, int count) {
            if (kept.size() > KEPT_BYTES_MAX) {
                byte[] all = kept.toByteArray();
                kept.reset();
                kept.write(all, all.length - KEPT_BYTES_MAX / 2, KEPT_BYTES_MAX / 2);
            }
            kept.write(bytes, 0, count);
        }

        String text() throws InterruptedException {
            reader.join(REST_MS_MAX);
            synchronized (this) {
                return kept.toString(StandardCharsets.UTF_8);
            }
        }
    }
}
