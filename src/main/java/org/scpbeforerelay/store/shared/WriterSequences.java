package org.scpbeforerelay.store.shared;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How far the frames of each writer were seen: a number that was skipped is a frame that was lost, or is yet to be read. */
final class WriterSequences {
    private record Seen(long epoch, long sequence) {}

    private final Map<String, Seen> byWriter = new HashMap<>();

    /**
     * Takes a frame as seen. Frames that were seen before are no news and no gap.
     *
     * @return whether frames of this writer are missing before it
     */
    boolean skips(Frame frame) {
        Seen seen = byWriter.get(frame.writer());
        if (seen != null
                && (frame.epoch() < seen.epoch()
                        || frame.epoch() == seen.epoch() && frame.sequence() <= seen.sequence())) {
            return false;
        }
        byWriter.put(frame.writer(), new Seen(frame.epoch(), frame.sequence()));
        long next = seen != null && seen.epoch() == frame.epoch() ? seen.sequence() + 1 : 1;
        return frame.sequence() != next;
    }

    Set<String> writers() {
        return byWriter.keySet();
    }
}
