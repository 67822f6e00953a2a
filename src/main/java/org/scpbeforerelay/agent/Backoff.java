package org.scpbeforerelay.agent;

import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before another attempt: twice as long each time, and never in step with other clients. */
final class Backoff {
    private static final long FIRST_MS = 100;
    private static final long LAST_MS = 30_000;
    private static final int DOUBLINGS_MAX = 20;

    private final long maxMs;
    private int failures;

    /** {@code everyMs}: the ordinary interval, which is never exceeded. */
    Backoff(long everyMs) {
        maxMs = Math.min(LAST_MS, everyMs);
    }

    void reset() {
        failures = 0;
    }

    int failures() {
        return failures;
    }

    /** Counts a failure; from half of the full time to all of it. */
    long nextMs() {
        long full = Math.min(maxMs, FIRST_MS << Math.min(failures, DOUBLINGS_MAX));
        failures++;
        return full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1);
    }

    /** The interval, up to a twentieth shorter. */
    static long jittered(long everyMs) {
        return everyMs - ThreadLocalRandom.current().nextLong(everyMs / 20 + 1);
    }
}
