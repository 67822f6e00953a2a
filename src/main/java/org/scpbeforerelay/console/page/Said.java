package org.scpbeforerelay.console.page;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times, durations and numbers as the page writes them. All times are UTC, as in logs and the record. */
final class Said {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY_AND_TIME =
            DateTimeFormatter.ofPattern("d MMM HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final long DAY_MS = 86_400_000;

    private Said() {}

    /** {@code 14:03:22}; with the day before it when that is another one. */
    static String time(long atMs, long nowMs) {
        boolean today = Math.floorDiv(atMs, DAY_MS) == Math.floorDiv(nowMs, DAY_MS);
        return (today ? TIME : DAY_AND_TIME).format(Instant.ofEpochMilli(atMs));
    }

    /** {@code 2026-11-22 14:03:22 UTC}, of a time as JSON has it. */
    static String plainTime(String json) {
        return json.replace('T', ' ').replaceFirst("(\\.\\d+)?Z$", " UTC");
    }

    /** {@code 19m 05s}, {@code 3h 20m}, {@code 2d 4h}: the script says it in the same words. */
    static String duration(long ms) {
        long seconds = ms / 1000;
        if (seconds < 3_600) {
            return String.format(Locale.ROOT, "%dm %02ds", seconds / 60, seconds % 60);
        }
        return seconds < 86_400
                ? String.format(Locale.ROOT, "%dh %02dm", seconds / 3_600, seconds % 3_600 / 60)
                : seconds / 86_400 + "d " + seconds % 86_400 / 3_600 + "h";
    }

    /** The same without an end that says nothing: {@code 20m}, {@code 2h}. */
    static String term(long ms) {
        return duration(ms).replaceFirst(" 0+[smh]$", "");
    }

    /** {@code 1 client}, {@code 2 clients}; thousands are set apart. */
    static String count(long number, String one, String many) {
        return number(number) + " " + (number == 1 ? one : many);
    }

    static String number(long number) {
        return String.format(Locale.ENGLISH, "%,d", number);
    }
}
