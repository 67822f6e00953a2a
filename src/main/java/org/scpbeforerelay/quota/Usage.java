package org.scpbeforerelay.quota;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;

/**
 * What one user has used.
 *
 * @param messages null when messages were never counted
 * @param recipients null when recipients were never counted
 */
public record Usage(@Nullable Meter messages, @Nullable Meter recipients) {
    /** Of a user of whom nothing was counted. */
    public static final Usage NONE = new Usage(null, null);

    /** The meters of the user's present limits, as they stand now; null where there is no limit. */
    public Usage at(Allowance allowance, long nowMs) {
        return new Usage(at(messages, allowance.messages(), nowMs), at(recipients, allowance.recipients(), nowMs));
    }

    /** Whether all of it has come back. */
    public boolean isOver(long nowMs) {
        return isOver(messages, nowMs) && isOver(recipients, nowMs);
    }

    Usage charged(Charge charge, long nowMs) {
        return new Usage(charged(messages, charge.messages(), nowMs), charged(recipients, charge.recipients(), nowMs));
    }

    Usage withRecipientsGivenBack(long number, long nowMs) {
        return recipients == null
                ? this
                : new Usage(messages, recipients.at(recipients.rate(), nowMs).givenBack(number));
    }

    private static @Nullable Meter charged(@Nullable Meter meter, @Nullable Rate rate, long nowMs) {
        Meter now = at(meter, rate, nowMs);
        return now == null ? meter : now.taken();
    }

    private static @Nullable Meter at(@Nullable Meter meter, @Nullable Rate rate, long nowMs) {
        if (rate == null) {
            return null;
        }
        return meter == null ? Meter.unused(rate, nowMs) : meter.at(rate, nowMs);
    }

    private static boolean isOver(@Nullable Meter meter, long nowMs) {
        return meter == null || meter.at(meter.rate(), nowMs).debt() == 0;
    }
}
