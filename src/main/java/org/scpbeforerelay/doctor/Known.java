package org.scpbeforerelay.doctor;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the doctor is told beside what it finds in files.
 *
 * @param nowMs the wall clock
 * @param holders the users who have a lease now, by the daemon's word; null when it was not to be asked
 */
public record Known(long nowMs, @Nullable Set<String> holders) {
    public Known {
        holders = holders == null ? null : Set.copyOf(holders);
    }
}
