package org.scpbeforerelay.source.drop;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which files are to be looked at, and when, by the monotonic clock. Each stands here at most once. */
final class Agenda {
    private final TreeSet<DropFile> files = new TreeSet<>();

    void put(DropFile file, long atMs) {
        files.remove(file);
        file.dueMs = Math.max(atMs, file.notBeforeMs);
        files.add(file);
    }

    /** The same, unless it is to be looked at earlier anyway. */
    void putAtLatest(DropFile file, long atMs) {
        if (file.dueMs > atMs) {
            put(file, atMs);
        }
    }

    void remove(DropFile file) {
        files.remove(file);
        file.dueMs = DropFile.NOT_DUE;
    }

    /** Takes one that is due; null when none is. */
    @Nullable
    DropFile takeDue(long nowMs) {
        if (files.isEmpty() || files.first().dueMs > nowMs) {
            return null;
        }
        DropFile file = files.removeFirst();
        file.dueMs = DropFile.NOT_DUE;
        return file;
    }

    /** When the next one is due; {@link DropFile#NOT_DUE} when there is none. */
    long nextMs() {
        return files.isEmpty() ? DropFile.NOT_DUE : files.first().dueMs;
    }
}
