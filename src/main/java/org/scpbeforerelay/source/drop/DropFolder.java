package org.scpbeforerelay.source.drop;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is remembered of one drop directory. Belongs to the thread that reads. */
final class DropFolder {
    /** Files with names that announce, in one directory; what is beyond is not read. A user has few devices. */
    static final int FILES_MAX = 64;

    /** How many names of any kind are looked at in one directory; what is beyond is found by inotify alone. */
    static final int NAMES_MAX = 10_000;

    static final int NOT_WATCHED = -1;

    /** A directory listed this shortly after it changed may have changed again in the same tick of the kernel. */
    private static final long RACY_NS = 50_000_000;

    private final Place place;
    private final Map<String, DropFile> files = new HashMap<>();
    private FileFacts.@Nullable Identity listed;

    /** The directory that is watched, and the number of the watch. */
    FileFacts.@Nullable Identity watched;

    int watch = NOT_WATCHED;

    DropFolder(Place place) {
        this.place = place;
    }

    Place place() {
        return place;
    }

    /** A snapshot, so that looking at one may take it away. */
    List<DropFile> files() {
        return List.copyOf(files.values());
    }

    int fileCount() {
        return files.size();
    }

    /** The file of this name; null when there are too many already. */
    @Nullable
    DropFile file(String name) {
        DropFile known = files.get(name);
        if (known == null && files.size() < FILES_MAX) {
            known = new DropFile(this, name);
            files.put(name, known);
        }
        return known;
    }

    @Nullable
    DropFile remove(String name) {
        return files.remove(name);
    }

    /** Whether this is another directory than the one that is watched. */
    boolean isUnwatched(FileFacts facts) {
        FileFacts.Identity former = watched;
        return former == null || former.device() != facts.device() || former.inode() != facts.inode();
    }

    /** Whether names may have come or gone since the last listing. */
    boolean mustBeListed(FileFacts facts) {
        return !facts.identity().equals(listed);
    }

    /**
     * Takes a listing in.
     *
     * @return whether all matching files found room
     */
    boolean list(FileFacts facts, List<String> matching, long nowMs) {
        boolean racy = nowMs * 1_000_000 - facts.ctimeNs() < RACY_NS;
        listed = racy ? null : facts.identity();
        Set<String> present = new HashSet<>(matching);
        files.keySet().retainAll(present);
        boolean all = true;
        for (String name : matching) {
            all &= file(name) != null;
        }
        return all;
    }

    /** Is to be listed and read from the beginning. */
    void forget() {
        listed = null;
    }
}
