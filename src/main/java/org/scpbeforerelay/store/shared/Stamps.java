package org.scpbeforerelay.store.shared;

/**
 * Stamps that order what several hosts say of the same place: a hybrid logical clock (Kulkarni et al., 2014). The upper 48 bits are
 * milliseconds since 1970 by the engine's clock as this host knows it, the lower 16 count within one of them. A stamp is
 * later than every stamp that its writer had seen, so a revocation beats the grant that it was made for whatever the clocks say.
 */
final class Stamps {
    private static final int COUNTER_BITS = 16;

    private long last;

    /** The first stamp of a millisecond. */
    static long at(long ms) {
        return Math.max(0, ms) << COUNTER_BITS;
    }

    /** The millisecond of a stamp. */
    static long ms(long stamp) {
        return stamp >>> COUNTER_BITS;
    }

    /** A stamp later than all given and seen. */
    long next(long ms) {
        last = Math.max(last + 1, at(ms));
        return last;
    }

    /** The same after stamps that were made by a wrong idea of the time: they no longer count. */
    long restart(long ms) {
        if (ms(last) > ms + View.SKEW_MAX_MS) {
            last = at(ms);
        }
        return next(ms);
    }

    /** Has the next stamp come after this one. */
    void seen(long stamp) {
        last = Math.max(last, stamp);
    }
}
