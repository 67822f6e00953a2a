package org.scpbeforerelay.quota;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.lease.UserName;

/**
 * What another host says that it has counted on a user. It says totals, so what is heard twice, or after something was not heard, is
 * counted once.
 *
 * @param writer which host
 * @param epoch which run of its process: totals begin at nought with each
 * @param sequence of two words of one run the one with the greater number is the later
 * @param messages null where it counts none of this user
 * @param recipients likewise
 * @param ageMs how long ago it said so
 */
public record SpentElsewhere(
        String writer,
        long epoch,
        long sequence,
        UserName user,
        @Nullable Tally messages,
        @Nullable Tally recipients,
        long ageMs) {
    /**
     * Of messages or of recipients.
     *
     * @param rate the limit there
     * @param own how many of its own count still stand, for those who have never heard this run
     * @param total all of its own since its start, less what was given back
     * @param used how many of its limit were used there, what it had heard of others included; more does not matter of what it says
     */
    public record Tally(Rate rate, long own, long total, long used) {
        public Tally {
            if (used < 0 || own < 0) {
                throw new IllegalArgumentException(Math.min(own, used) + " are used");
            }
        }
    }

    /** What was heard last of one run of one host. */
    public record Heard(String writer, long epoch, long sequence, long messages, long recipients) {}
}
