package org.scpbeforerelay.console;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A duration as people write it. */
public final class Duration {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([smhd])");

    private Duration() {}

    /** Reads {@code 90s}, {@code 20m}, {@code 2h}, {@code 7d}; gives milliseconds. */
    public static long ms(String text) throws Problem {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw Problem.badRequest("'" + text + "' is no duration: write 90s, 20m, 2h or 7d");
        }
        long seconds = switch (parts.group(2)) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3_600;
            default -> 86_400;
        };
        return Long.parseLong(parts.group(1)) * seconds * 1000;
    }
}
