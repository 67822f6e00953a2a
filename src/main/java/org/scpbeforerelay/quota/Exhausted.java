package org.scpbeforerelay.quota;

import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.lease.UserName;

/**
 * Over the limit.
 *
 * @param user whose
 * @param what of what there are no more
 * @param rate the limit
 * @param waitMs in how many milliseconds there is one again, at least 1
 */
public record Exhausted(UserName user, Counted what, Rate rate, long waitMs) implements QuotaVerdict {
    /** The limit in words: {@code 200 messages per hour}. */
    public String limitText() {
        return limitText(what, rate);
    }

    /** A limit in words. */
    public static String limitText(Counted what, Rate rate) {
        return rate.count() + " " + what.text() + " per "
                + switch ((int) Math.min(rate.periodMs(), Integer.MAX_VALUE)) {
                    case 1_000 -> "second";
                    case 60_000 -> "minute";
                    case 3_600_000 -> "hour";
                    case 86_400_000 -> "day";
                    default -> rate.periodMs() + " ms";
                };
    }

    /** What is counted. */
    public enum Counted {
        MESSAGES("messages"),
        RECIPIENTS("recipients");

        private final String text;

        Counted(String text) {
            this.text = text;
        }

        /** The word in settings and sentences. */
        public String text() {
            return text;
        }
    }
}
