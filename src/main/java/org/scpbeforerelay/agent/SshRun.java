package org.scpbeforerelay.agent;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One run of ssh. What it says is little and waits in the pipes until it has ended. */
final class SshRun implements AutoCloseable {
    private static final int SAID_BYTES_MAX = 64 * 1024;

    private final Process process;

    private SshRun(Process process) {
        this.process = process;
    }

    /** {@code ended} is called on some thread when the run is over. */
    static SshRun start(List<String> command, Runnable ended) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectInput(new File("/dev/null")).start();
        process.onExit().thenRun(ended);
        return new SshRun(process);
    }

    boolean isOver() {
        return !process.isAlive();
    }

    /** What it meant; only when it is over. */
    SshAnswer answer() throws IOException {
        return SshAnswer.of(process.exitValue(), output(), errors());
    }

    /** What the end of a held connection meant; only when it is over. */
    SshAnswer endOfHold() throws IOException {
        int status = process.exitValue();
        return SshAnswer.of(status == 0 ? 255 : status, "", errors());
    }

    int exitStatus() {
        return process.exitValue();
    }

    String output() throws IOException {
        return said(process.getInputStream());
    }

    private String errors() throws IOException {
        return said(process.getErrorStream());
    }

    private static String said(InputStream stream) throws IOException {
        return new String(stream.readNBytes(SAID_BYTES_MAX), StandardCharsets.UTF_8);
    }

    /** Ends it, if it is not over. */
    @Override
    public void close() {
        process.destroy();
    }
}
