package org.scpbeforerelay.announce;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many per time, as {@code 200/h} says it.
 *
 * @param count at least 1
 * @param periodMs the time in milliseconds in which so many are allowed
 */
public record Rate(long count, long periodMs) {
    private static final Pattern SYNTAX = Pattern.compile("([0-9]{1,9})/([smhd])");
    private static final Pattern LOOSE =
            Pattern.compile("([0-9]{1,9})\\s*(?:/|per|an?)\\s*(s|sec|second|m|min|minute|h|hr|hour|d|day)");

    public Rate {
        if (count < 1 || periodMs < 1) {
            throw new IllegalArgumentException("a rate is at least one per period");
        }
    }

    /**
     * Reads {@code 200/h}: a whole number, a slash and one of {@code s m h d}. {@link IllegalArgumentException} says what is
     * wrong and what may have been meant.
     */
    public static Rate parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no rate: expected a whole number per s, m, h or d, like 200/h" + meant(text));
        }
        long count = Long.parseLong(matcher.group(1));
        if (count < 1) {
            throw new IllegalArgumentException("'" + text + "' is out of range: a rate is at least 1");
        }
        return new Rate(
                count,
                switch (matcher.group(2)) {
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    default -> 86_400_000;
                });
    }

    private static String meant(String text) {
        Matcher matcher = LOOSE.matcher(text.strip().toLowerCase(Locale.ROOT));
        return matcher.matches()
                ? "; did you mean '" + matcher.group(1) + "/" + matcher.group(2).charAt(0) + "'?"
                : "";
    }

    @Override
    public String toString() {
        return count + "/"
                + switch ((int) Math.min(periodMs, Integer.MAX_VALUE)) {
                    case 1_000 -> "s";
                    case 60_000 -> "m";
                    case 3_600_000 -> "h";
                    case 86_400_000 -> "d";
                    default -> periodMs + "ms";
                };
    }
}
