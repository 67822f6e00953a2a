package org.scpbeforerelay.lookup;

import java.util.LinkedHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what peers did wrong, each peer at most once a minute, whatever they send. Remembers a bounded number of peers; beyond
 * that all others together count as one. Belongs to one thread.
 */
final class Complaints {
    static final long PAUSE_MS = 60_000;
    static final int PEERS_MAX = 256;

    private static final Logger LOG = LoggerFactory.getLogger(LookupListener.class);
    private static final String OTHERS = "others";

    private final LinkedHashMap<String, Said> said = new LinkedHashMap<>();

    private static final class Said {
        long atMs;
        int unsaid;
    }

    /** Logs it, unless something was said of this peer in the last minute. */
    void about(String peer, String what, long nowMs) {
        int unsaid = unsaidIfDue(peer, nowMs);
        if (unsaid == 0) {
            LOG.warn("lookup: {}: {}", peer, what);
        } else if (unsaid > 0) {
            LOG.warn("lookup: {}: {} ({} more like this since the last line)", peer, what, unsaid);
        }
    }

    /** How many complaints were swallowed since the last one that was said; -1 when this one must be swallowed too. */
    int unsaidIfDue(String peer, long nowMs) {
        String who = said.containsKey(peer) || hasRoom(nowMs) ? peer : OTHERS;
        Said about = said.get(who);
        if (about != null && nowMs - about.atMs < PAUSE_MS) {
            about.unsaid++;
            return -1;
        }
        Said anew = new Said();
        anew.atMs = nowMs;
        said.putLast(who, anew);
        return about == null ? 0 : about.unsaid;
    }

    private boolean hasRoom(long nowMs) {
        while (!said.isEmpty() && nowMs - said.firstEntry().getValue().atMs >= PAUSE_MS) {
            said.pollFirstEntry();
        }
        return said.size() < PEERS_MAX;
    }
}
