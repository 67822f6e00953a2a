package org.scpbeforerelay.sign;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;

/**
 * What is remembered of one lease and no longer to be seen in the book.
 *
 * @param moved from whom the address came; null when from nobody
 * @param farSide the address behind a NAT that the client gave itself; null when it gave none
 * @param changedAtMs when the device's lease changed its address, by the monotonic clock; the newest last, at most {@link
 *     #CHANGES_MAX}
 */
public record Trail(Sign.@Nullable Moved moved, @Nullable ClientAddress farSide, List<Long> changedAtMs) {
    /** Nothing. */
    public static final Trail NONE = new Trail(null, null, List.of());

    /** From so many changes within an hour on they are a sign: more than a day's ways from home to work. */
    public static final int CHANGES_MANY = 4;

    static final int CHANGES_MAX = 16;
    static final long CHANGES_WITHIN_MS = 3_600_000;

    public Trail {
        changedAtMs = List.copyOf(changedAtMs);
    }

    boolean isNothing() {
        return equals(NONE);
    }

    Trail withFarSide(ClientAddress claimed) {
        return new Trail(moved, claimed, changedAtMs);
    }

    /** The trail of the lease that takes this one's place on another address. */
    Trail goneOn(Sign.@Nullable Moved newMoved, @Nullable ClientAddress newFarSide, long nowMs) {
        List<Long> changes = new ArrayList<>(changedAtMs);
        changes.add(nowMs);
        if (changes.size() > CHANGES_MAX) {
            changes.removeFirst();
        }
        return new Trail(newMoved, newFarSide, changes);
    }

    int changesWithinAnHour(Moment now) {
        return (int) changedAtMs.stream()
                .filter(at -> now.monotonicMs() - at < CHANGES_WITHIN_MS)
                .count();
    }
}
