package org.scpbeforerelay.sink.hook;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a hook fares, since it was set up.
 *
 * @param runs how often its program was run to its end, well or not
 * @param failures how many of these failed, were killed for their time, or could not begin
 * @param renewalsDropped renewals that were not told for want of room
 * @param refused other changes that were not told for want of room
 * @param waiting changes that wait now
 * @param failure the last run's failure; null when it went well
 */
public record HookHealth(
        List<String> run,
        long runs,
        long failures,
        long renewalsDropped,
        long refused,
        int waiting,
        @Nullable String failure) {}
