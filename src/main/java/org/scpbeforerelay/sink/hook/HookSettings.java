package org.scpbeforerelay.sink.hook;

import java.time.Duration;
import java.util.List;

/**
 * One {@code [[hook]]} of the settings.
 *
 * @param run the program and its arguments; no shell reads them
 * @param limit how long one run may take; then it is killed with its children
 * @param waitingMax how many changes may wait
 */
public record HookSettings(List<String> run, Duration limit, int waitingMax) {
    public static final Duration LIMIT = Duration.ofSeconds(10);
    public static final int WAITING_MAX = 10_000;

    public HookSettings {
        run = List.copyOf(run);
        if (run.isEmpty() || waitingMax < 1) {
            throw new IllegalArgumentException("a hook names a program, and at least one change may wait");
        }
    }

    /** With the usual bounds. */
    public HookSettings(List<String> run) {
        this(run, LIMIT, WAITING_MAX);
    }
}
