package org.scpbeforerelay.source.drop;

import org.jspecify.annotations.Nullable;

/** What is remembered of one file in a drop directory. Belongs to the thread that reads. */
final class DropFile implements Comparable<DropFile> {
    private static long serials;

    /** When it is not to be looked at before something happens. */
    static final long NOT_DUE = Long.MAX_VALUE;

    final DropFolder folder;
    final String name;
    private final long serial = serials++;

    /** When it is to be looked at, by the monotonic clock. Changed by {@link Agenda} alone. */
    long dueMs = NOT_DUE;

    /** The last contents that were announced or refused. */
    FileFacts.@Nullable Identity done;

    /** The contents that were there at the last look, whatever was done with them. */
    FileFacts.@Nullable Identity known;

    /** Written to, and not closed since, as far as inotify told. */
    boolean writing;

    /** Whole, as far as inotify told: closed by a writer, or moved here. */
    boolean closed;

    /** When it was last written to, by the monotonic clock. */
    long touchedMs = Long.MIN_VALUE / 2;

    /** Not to be looked at again before this, by the monotonic clock. */
    long notBeforeMs = Long.MIN_VALUE / 2;

    DropFile(DropFolder folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    @Override
    public int compareTo(DropFile other) {
        int byTime = Long.compare(dueMs, other.dueMs);
        return byTime != 0 ? byTime : Long.compare(serial, other.serial);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(serial);
    }

    @Override
    public String toString() {
        return folder.place() + "/" + Place.shown(name);
    }
}
