package org.scpbeforerelay.quota;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.lease.UserName;

/**
 * Within the limits: what is to be counted when it is permitted.
 *
 * @param user on whom
 * @param messages the limit of which one message is used; null when none is: no limit, or this message is counted already
 * @param recipients the limit of which one recipient is used; null likewise
 */
public record Charge(
        UserName user, @Nullable Rate messages, @Nullable Rate recipients) implements QuotaVerdict {
    /** Whether there is nothing to count. */
    public boolean isNothing() {
        return messages == null && recipients == null;
    }
}
