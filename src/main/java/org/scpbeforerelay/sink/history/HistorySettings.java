package org.scpbeforerelay.sink.history;

/**
 * How much of the record is kept.
 *
 * @param keepMs for how long, in milliseconds
 * @param bytesMax at most so much, in bytes; the oldest goes first
 * @param mails whether each mail has a line
 */
public record HistorySettings(long keepMs, long bytesMax, boolean mails) {
    static final HistorySettings NOT_YET = new HistorySettings(Long.MAX_VALUE, Long.MAX_VALUE, true);

    /** With a line for each mail. */
    public HistorySettings(long keepMs, long bytesMax) {
        this(keepMs, bytesMax, true);
    }
}
