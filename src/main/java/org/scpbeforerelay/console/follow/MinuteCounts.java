package org.scpbeforerelay.console.follow;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** How often things happened, minute by minute, for the last day. Any thread. */
public final class MinuteCounts {
    /** A day. */
    public static final int MINUTES = 1440;

    private static final long MINUTE_MS = 60_000;

    private final long[] minutes = new long[MINUTES];
    private final Map<What, int[]> counts = new EnumMap<>(What.class);

    /** What is counted. */
    public enum What {
        /** Announcements that were granted or renewed. */
        ANNOUNCED,
        REFUSED,
        /** Mail servers were told that a client may relay. */
        PERMITTED,
        /** Mail servers were told that no lease lets it. */
        NOT_PERMITTED
    }

    /** Counts. */
    synchronized void add(What what, int count, long atMs) {
        long minute = Math.floorDiv(atMs, MINUTE_MS);
        int slot = Math.floorMod(minute, MINUTES);
        if (minutes[slot] != minute) {
            minutes[slot] = minute;
            for (int[] column : counts.values()) {
                column[slot] = 0;
            }
        }
        column(what)[slot] += count;
    }

    /** The last so many minutes, the oldest first, the one that {@code nowMs} is in last. */
    public synchronized int[] last(int howMany, What what, long nowMs) {
        long now = Math.floorDiv(nowMs, MINUTE_MS);
        int[] series = new int[howMany];
        Arrays.setAll(series, i -> {
            long minute = now - howMany + 1 + i;
            int slot = Math.floorMod(minute, MINUTES);
            return minutes[slot] == minute ? column(what)[slot] : 0;
        });
        return series;
    }

    private int[] column(What what) {
        return counts.computeIfAbsent(what, first -> new int[MINUTES]);
    }
}
