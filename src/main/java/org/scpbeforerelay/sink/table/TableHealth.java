package org.scpbeforerelay.sink.table;

import org.jspecify.annotations.Nullable;

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
 */
public record TableHealth(
        TableSettings table,
        int rows,
        long publishedAtMs,
        long tookMs,
        long changes,
        long failures,
        @Nullable String failure,
        boolean withdrawn) {
    static TableHealth fresh(TableSettings table) {
        return new TableHealth(table, 0, 0, 0, 0, 0, null, false);
    }

    TableHealth published(int newRows, long atMs, long ms) {
        return new TableHealth(table, newRows, atMs, ms, changes + 1, failures, null, false);
    }

    TableHealth failed(String why) {
        return new TableHealth(table, rows, publishedAtMs, tookMs, changes, failures + 1, why, withdrawn);
    }

    TableHealth emptied() {
        return new TableHealth(table, 0, publishedAtMs, tookMs, changes, failures, failure, true);
    }
}
