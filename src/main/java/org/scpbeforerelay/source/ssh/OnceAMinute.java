package org.scpbeforerelay.source.ssh;

import java.util.LinkedHashMap;
import java.util.Map;
import org.scpbeforerelay.clock.Clock;

/** Says when something that others bring about may be logged: for each of those who do, once a minute. Any thread may call. */
final class OnceAMinute<K> {
    private static final long SILENCE_MS = 60_000;
    private static final int REMEMBERED = 256;

    private final Clock clock;
    private final Map<K, Long> lastMs = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    OnceAMinute(Clock clock) {
        this.clock = clock;
    }

    synchronized boolean isDue(K cause) {
        long nowMs = clock.now().monotonicMs();
        Long last = lastMs.get(cause);
        if (last != null && nowMs - last < SILENCE_MS) {
            return false;
        }
        lastMs.remove(cause); // to the end of the order
        lastMs.put(cause, nowMs);
        return true;
    }
}
