package org.scpbeforerelay.source.login.format;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Reads the time of a log line. {@code Nov 22 15:00:00} (RFC 3164) has neither year nor zone: it is taken as the last such
 * moment, by the clock of this host, that is not in the future; so is the hour that comes twice when summer time ends. RFC
 * 3339 stamps say all. A time in the future counts as now: no clock but this host's own can lengthen a lease.
 */
final class SyslogStamp {
    /** A line that seems to be from the future by up to this much is from now, and not from last year. */
    private static final long AHEAD_MAX_MS = 24 * 3_600_000L;

    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final int LEAP_YEARS_APART = 8;

    private final ZoneId zone;
    private String last = "";
    private long lastMs;
    private long lastReadAtMs;

    SyslogStamp(ZoneId zone) {
        this.zone = zone;
    }

    /** The wall clock's milliseconds, at most {@code nowMs}; negative where the text is no time. */
    long read(String stamp, long nowMs) {
        // Lines come by the hundred with the same second.
        if (!stamp.equals(last) || nowMs < lastReadAtMs || nowMs - lastReadAtMs > 1_000) {
            last = stamp;
            lastReadAtMs = nowMs;
            try {
                lastMs = stamp.charAt(0) <= '9' ? dated(stamp, nowMs) : undated(stamp, nowMs);
            } catch (DateTimeException | NumberFormatException e) {
                lastMs = -1;
            }
        }
        return Math.min(lastMs, nowMs);
    }

    private long dated(String stamp, long nowMs) {
        if (stamp.length() == 19 && stamp.charAt(10) == ' ') {
            return latest(LocalDateTime.parse(stamp.replace(' ', 'T')), nowMs);
        }
        return OffsetDateTime.parse(stamp).toInstant().toEpochMilli();
    }

    private long undated(String stamp, long nowMs) {
        int month = MONTHS.indexOf(stamp.substring(0, 3));
        if (month < 0 || month % 3 != 0 || stamp.charAt(3) != ' ') {
            return -1;
        }
        int day = Integer.parseInt(stamp.substring(4, 6).strip());
        int hour = Integer.parseInt(stamp.substring(7, 9));
        int minute = Integer.parseInt(stamp.substring(10, 12));
        // A leap second is the last second of its minute here.
        int second = Math.min(59, Integer.parseInt(stamp.substring(13, 15)));
        int thisYear = Instant.ofEpochMilli(nowMs).atZone(zone).getYear();
        for (int year = thisYear + 1; year >= thisYear - LEAP_YEARS_APART; year--) {
            if (month == 3 && day == 29 && !java.time.Year.isLeap(year)) {
                continue;
            }
            long atMs = latest(LocalDateTime.of(year, month / 3 + 1, day, hour, minute, second), nowMs);
            if (atMs <= nowMs + AHEAD_MAX_MS) {
                return atMs;
            }
        }
        return -1;
    }

    /** The latest instant that a clock on the wall showed so, up to now. */
    private long latest(LocalDateTime local, long nowMs) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.size() == 2) {
            long late = local.toInstant(offsets.get(1)).toEpochMilli();
            return late <= nowMs ? late : local.toInstant(offsets.get(0)).toEpochMilli();
        }
        return local.atZone(zone).toInstant().toEpochMilli();
    }
}
