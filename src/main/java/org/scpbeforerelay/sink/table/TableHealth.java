package org.scpbeforerelay.sink.table;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Timings;

/**
 * How a table fares.
 *
 * @param rows how many clients it holds
 * @param publishedAtMs when it was last changed, by the wall clock; 0 for not yet since the start
 * @param tookMs how long that took
 * @param changes how often it was changed since the start
 * @param failures how many attempts failed since the start
 * @param failure what is wrong, with the remedy; null when nothing is
 * @param withdrawn whether it is empty because it could not be written
 * @param publications how long each publication took
 */
public record TableHealth(
        TableSettings table,
        int rows,
        long publishedAtMs,
        long tookMs,
        long changes,
        long failures,
        @Nullable String failure,
        boolean withdrawn,
        Timings publications) {
    private static final double[] BOUNDS_SECONDS = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30};

    static TableHealth fresh(TableSettings table) {
        return new TableHealth(table, 0, 0, 0, 0, 0, null, false, Timings.ofSeconds(BOUNDS_SECONDS));
    }

    TableHealth published(int newRows, long atMs, long ms) {
        publications.tookNs(ms * 1_000_000);
        return new TableHealth(table, newRows, atMs, ms, changes + 1, failures, null, false, publications);
    }

    TableHealth failed(String why) {
        return new TableHealth(table, rows, publishedAtMs, tookMs, changes, failures + 1, why, withdrawn, publications);
    }

    TableHealth emptied() {
        return new TableHealth(table, 0, publishedAtMs, tookMs, changes, failures, failure, true, publications);
    }
}
