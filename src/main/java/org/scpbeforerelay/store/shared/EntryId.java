package org.scpbeforerelay.store.shared;

import java.util.Comparator;

/**
 * The place of a frame in the log: {@code milliseconds-number}, as Redis Streams count. Later entries have greater ids while the log
 * lasts; after the engine lost its data or another took over, ids may be smaller.
 *
 * @param ms when it was appended, in milliseconds since 1970 by the engine's clock
 */
public record EntryId(long ms, long number) implements Comparable<EntryId> {
    /** Before every entry. */
    public static final EntryId START = new EntryId(0, 0);

    private static final Comparator<EntryId> ORDER =
            Comparator.comparingLong(EntryId::ms).thenComparingLong(EntryId::number);

    /** The next id that there can be. */
    EntryId next() {
        return new EntryId(ms, number + 1);
    }

    /** Reads {@code 1795348800000-3}; anything else is an {@link IllegalArgumentException}. */
    public static EntryId parse(String text) {
        int dash = text.indexOf('-');
        try {
            return new EntryId(Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no id of an entry", e);
        }
    }

    @Override
    public int compareTo(EntryId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return ms + "-" + number;
    }
}
