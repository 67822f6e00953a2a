package org.scpbeforerelay.quota;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.quota.Exhausted.Counted;

/** Judges one more recipient of a message against a user's limits. Counts nothing. */
public final class QuotaRules {
    private QuotaRules() {}

    /**
     * Within the limits, and what to count; or which limit is reached. Of two that are, the one that ends later is named.
     *
     * @param nowMs by the monotonic clock
     */
    public static QuotaVerdict judge(Allowance allowance, Usage usage, MessageSoFar message, long nowMs) {
        Rate messages = message.isMessageCountedOn(allowance.user()) ? null : allowance.messages();
        Rate recipients = message.isRecipientCountedOn(allowance.user()) ? null : allowance.recipients();
        Usage now = usage.at(allowance, nowMs);
        long messageMs = messages == null ? 0 : waitMs(now.messages());
        long recipientMs = recipients == null ? 0 : waitMs(now.recipients());
        if (messages != null && messageMs > 0 && messageMs >= recipientMs) {
            return new Exhausted(allowance.user(), Counted.MESSAGES, messages, messageMs);
        }
        if (recipients != null && recipientMs > 0) {
            return new Exhausted(allowance.user(), Counted.RECIPIENTS, recipients, recipientMs);
        }
        return new Charge(allowance.user(), messages, recipients);
    }

    private static long waitMs(@Nullable Meter meter) {
        return meter == null ? 0 : meter.waitMs();
    }
}
