package org.scpbeforerelay.source.login;

import org.jspecify.annotations.Nullable;

/**
 * How well the lines of one service are understood.
 *
 * @param service the format's name
 * @param logins how many logins were read since the start
 * @param lastLoginAtMs when one was last read, by the wall clock; 0 for never
 * @param notUnderstood how many lines since then looked like logins and were not understood
 * @param alarm what is wrong, for people; null when all is well
 */
public record ServiceHealth(
        String service,
        long logins,
        long lastLoginAtMs,
        long notUnderstood,
        @Nullable String alarm) {}
