package org.scpbeforerelay.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length of time as the settings and the command line write it: a whole number and {@code s}, {@code m}, {@code h} or
 * {@code d}, as in {@code 90s 20m 4h 7d}.
 *
 * @param ms in milliseconds: from one second to 36500 days, whole seconds
 */
public record Term(long ms) implements Comparable<Term> {
    private static final Pattern SYNTAX = Pattern.compile("([0-9]{1,10})([smhd])");
    private static final Pattern LOOSE = Pattern.compile("([0-9]{1,9})\\s*([a-z]+)[\\s,]*");
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final long MS_MAX = 36_500 * DAY;

    public Term {
        if (ms < SECOND || ms > MS_MAX || ms % SECOND != 0) {
            throw new IllegalArgumentException("a duration lasts 1s to 36500d");
        }
    }

    /** So many seconds. */
    public static Term ofSeconds(long seconds) {
        return new Term(Math.multiplyExact(seconds, SECOND));
    }

    /** Reads {@code 20m}; {@link IllegalArgumentException} says what is wrong and what may have been meant. */
    public static Term parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no duration: expected a whole number and s, m, h or d, like 90s, 20m, 4h or 7d"
                            + meant(text));
        }
        long ms = Long.parseLong(matcher.group(1)) * unit(matcher.group(2));
        if (ms < SECOND || ms > MS_MAX) {
            throw new IllegalArgumentException("'" + text + "' is out of range: a duration lasts 1s to 36500d");
        }
        return new Term(ms);
    }

    @Override
    public int compareTo(Term other) {
        return Long.compare(ms, other.ms);
    }

    /** The shortest text that {@link #parse} reads as this. */
    @Override
    public String toString() {
        if (ms % DAY == 0) {
            return ms / DAY + "d";
        }
        if (ms % HOUR == 0) {
            return ms / HOUR + "h";
        }
        return ms % MINUTE == 0 ? ms / MINUTE + "m" : ms / SECOND + "s";
    }

    /** What people write elsewhere: {@code 20 min}, {@code 1h30m}, {@code 2 weeks}. Not read, only understood for the hint. */
    private static String meant(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        Matcher matcher = LOOSE.matcher(lower);
        long ms = 0;
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            long unit = looseUnit(matcher.group(2));
            ms += Long.parseLong(matcher.group(1)) * unit;
            if (unit == 0 || ms > MS_MAX) {
                return "";
            }
            end = matcher.end();
        }
        return end == lower.length() && ms >= SECOND ? "; did you mean '" + new Term(ms) + "'?" : "";
    }

    /** In milliseconds; 0 for a word that is no unit. */
    private static long looseUnit(String name) {
        return switch (name) {
            case "s", "sec", "secs", "second", "seconds" -> SECOND;
            case "m", "min", "mins", "minute", "minutes" -> MINUTE;
            case "h", "hr", "hrs", "hour", "hours" -> HOUR;
            case "d", "day", "days" -> DAY;
            case "w", "week", "weeks" -> 7 * DAY;
            default -> 0;
        };
    }

    private static long unit(String letter) {
        return switch (letter) {
            case "s" -> SECOND;
            case "m" -> MINUTE;
            case "h" -> HOUR;
            default -> DAY;
        };
    }
}
