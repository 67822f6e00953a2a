package org.scpbeforerelay.clock;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** How long something took, time after time: counts by duration, for metrics. Any thread. */
public final class Timings {
    private final double[] boundsSeconds;
    private final long[] boundsNs;
    private final AtomicLongArray counts;
    private final LongAdder sumNs = new LongAdder();

    private Timings(double[] boundsSeconds) {
        this.boundsSeconds = boundsSeconds;
        this.boundsNs = Arrays.stream(boundsSeconds)
                .mapToLong(bound -> Math.round(bound * 1e9))
                .toArray();
        this.counts = new AtomicLongArray(boundsSeconds.length + 1);
    }

    /** With these upper bounds, ascending; what is longer than the last counts too. */
    public static Timings ofSeconds(double... bounds) {
        return new Timings(bounds.clone());
    }

    /** Counts one. */
    public void tookNs(long ns) {
        int at = 0;
        while (at < boundsNs.length && ns > boundsNs[at]) {
            at++;
        }
        counts.incrementAndGet(at);
        sumNs.add(ns);
    }

    /** What was counted until now. */
    public Reading read() {
        long[] cumulative = new long[counts.length()];
        long sum = 0;
        for (int i = 0; i < cumulative.length; i++) {
            sum += counts.get(i);
            cumulative[i] = sum;
        }
        return new Reading(boundsSeconds.clone(), cumulative, sumNs.sum() / 1e9);
    }

    /**
     * One reading.
     *
     * @param boundsSeconds upper bounds, ascending
     * @param cumulative how many took at most as long as the bound at the same place; the last: how many there were in all
     * @param sumSeconds how long all of them took together
     */
    @SuppressWarnings("ArrayRecordComponent") // a reading is read once and thrown away
    public record Reading(double[] boundsSeconds, long[] cumulative, double sumSeconds) {
        public long count() {
            return cumulative[cumulative.length - 1];
        }
    }
}
