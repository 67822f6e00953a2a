package org.scpbeforerelay.source.drop;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log what is wrong with files: so many lines a minute of one directory, so many in all. For one thread. */
final class Remarks {
    static final int OF_ONE_PLACE_MAX = 5;
    static final int IN_ALL_MAX = 60;
    private static final long MINUTE_MS = 60_000;
    private static final Logger LOG = LoggerFactory.getLogger(DropSource.class);

    private final Map<Place, Integer> ofPlace = new HashMap<>();
    private long sinceMs = Long.MIN_VALUE / 2;
    private int inAll;
    private long unsaid;

    /** Whether it was said. */
    boolean about(DropFile file, String what, long monotonicMs) {
        if (monotonicMs - sinceMs >= MINUTE_MS) {
            if (unsaid > 0) {
                LOG.warn("drop: {} more files were refused in a minute than are named here", unsaid);
            }
            sinceMs = monotonicMs;
            ofPlace.clear();
            inAll = 0;
            unsaid = 0;
        }
        if (inAll >= IN_ALL_MAX || ofPlace.getOrDefault(file.folder.place(), 0) >= OF_ONE_PLACE_MAX) {
            unsaid++;
            return false;
        }
        inAll++;
        ofPlace.merge(file.folder.place(), 1, Integer::sum);
        LOG.warn("drop: {} {}", file, what);
        return true;
    }
}
