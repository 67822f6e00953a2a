package org.scpbeforerelay.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes as the settings write it: a whole number and {@code B}, {@code KiB}, {@code MiB}, {@code GiB} or
 * {@code TiB}, each 1024 times the former.
 *
 * @param bytes 0 to 1024 TiB
 */
public record ByteSize(long bytes) {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final Pattern SYNTAX = Pattern.compile("([0-9]{1,15})(B|KiB|MiB|GiB|TiB)");
    private static final Pattern LOOSE = Pattern.compile("([0-9]{1,15})\\s*([kmgt]?)i?(b|bytes?)?");
    private static final long BYTES_MAX = 1L << 50;

    public ByteSize {
        if (bytes < 0 || bytes > BYTES_MAX) {
            throw new IllegalArgumentException("a size is 0B to 1024TiB");
        }
    }

    /** Reads {@code 64KiB}; {@link IllegalArgumentException} says what is wrong and what may have been meant. */
    public static ByteSize parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text
                    + "' is no size: expected a whole number and B, KiB, MiB, GiB or TiB, like 64KiB" + meant(text));
        }
        long count = Long.parseLong(matcher.group(1));
        int shift = shift(matcher.group(2));
        if (count > BYTES_MAX >> shift) {
            throw new IllegalArgumentException("'" + text + "' is out of range: a size is 0B to 1024TiB");
        }
        return new ByteSize(count << shift);
    }

    /** The shortest text that {@link #parse} reads as this. */
    @Override
    public String toString() {
        int unit = 0;
        long count = bytes;
        while (count != 0 && count % 1024 == 0 && unit < UNITS.length - 1) {
            count /= 1024;
            unit++;
        }
        return count + UNITS[unit];
    }

    private static String meant(String text) {
        Matcher matcher = LOOSE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return "";
        }
        String unit = matcher.group(2).isEmpty() ? "B" : matcher.group(2).toUpperCase(Locale.ROOT) + "iB";
        return "; did you mean '" + matcher.group(1) + unit + "'?";
    }

    private static int shift(String unit) {
        return 10
                * switch (unit) {
                    case "KiB" -> 1;
                    case "MiB" -> 2;
                    case "GiB" -> 3;
                    case "TiB" -> 4;
                    default -> 0;
                };
    }
}
