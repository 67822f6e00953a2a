package org.scpbeforerelay.sink.history;

/**
 * How much of the record is kept.
 *
 * @param keepMs for how long, in milliseconds
 * @param bytesMax at most so much, in bytes; the oldest goes first
 */
public record HistorySettings(long keepMs, long bytesMax) {
    static final HistorySettings NOT_YET = new HistorySettings(Long.MAX_VALUE, Long.MAX_VALUE);
}
