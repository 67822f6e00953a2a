package org.scpbeforerelay.announce;

/**
 * How many per time, as {@code 200/h} says it.
 *
 * @param count at least 1
 * @param periodMs the time in milliseconds in which so many are allowed
 */
public record Rate(long count, long periodMs) {
    public Rate {
        if (count < 1 || periodMs < 1) {
            throw new IllegalArgumentException("a rate is at least one per period");
        }
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
