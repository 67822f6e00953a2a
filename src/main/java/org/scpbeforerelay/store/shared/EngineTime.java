package org.scpbeforerelay.store.shared;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;

/** The engine's clock, as this host knows it: from the last time it was asked, carried on by the monotonic clock. Safe from any thread. */
final class EngineTime {
    private record Reading(long engineMs, long atMonotonicMs, long uncertainMs) {}

    private volatile @Nullable Reading reading;

    /** The engine said {@code engineMs} at some time between two moments. */
    void set(long engineMs, Moment before, Moment after) {
        long took = after.monotonicMs() - before.monotonicMs();
        // A slow answer says little; what is known already may be worth more.
        Reading known = reading;
        if (known == null || took / 2 <= known.uncertainMs + (after.monotonicMs() - known.atMonotonicMs) / 1000) {
            reading = new Reading(engineMs, before.monotonicMs() + took / 2, took / 2);
        }
    }

    /** Another engine, another clock. */
    void forget() {
        reading = null;
    }

    /** The engine's clock now; this host's own as long as the engine was never asked. */
    long ms(Moment now) {
        Reading known = reading;
        return known == null ? now.wallMs() : known.engineMs + (now.monotonicMs() - known.atMonotonicMs);
    }

    /** How far this host's wall clock is ahead of the engine's, as far as it is certain; negative when it is behind. */
    long aheadMs(Moment now) {
        Reading known = reading;
        if (known == null) {
            return 0;
        }
        long ahead = now.wallMs() - ms(now);
        long certain = Math.max(0, Math.abs(ahead) - known.uncertainMs);
        return ahead < 0 ? -certain : certain;
    }

    boolean trusts(Moment now) {
        return Math.abs(aheadMs(now)) <= View.SKEW_MAX_MS;
    }
}
