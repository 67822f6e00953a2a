package org.scpbeforerelay.announce;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.lease.UserName;

/**
 * What a user may do, as the operator wrote it.
 *
 * @param user whose it is
 * @param enabled false: nothing at all
 * @param mayAnnounce networks from which an address may be claimed without proof
 * @param logins the POP, IMAP or SSH login names that are this user
 * @param senders the envelope senders that may be used
 * @param termMs how long an announcement lasts, in milliseconds
 * @param devices how many devices may have a lease at once, at least 1
 * @param prefix6 128, or 64 for the whole /64 of an IPv6 address
 * @param messages how many messages may be relayed per time; null for any number
 * @param recipients how many recipients may be relayed to per time; null for any number
 * @param keys the fingerprints of the user's keys, each with the instant (wall clock, milliseconds) at which it expires, or
 *     {@link Long#MAX_VALUE}
 */
public record Allowance(
        UserName user,
        boolean enabled,
        List<Network> mayAnnounce,
        Set<String> logins,
        SenderRules senders,
        long termMs,
        int devices,
        int prefix6,
        @Nullable Rate messages,
        @Nullable Rate recipients,
        Map<String, Long> keys) {
    /** The default of {@code devices}. */
    public static final int DEVICES_DEFAULT = 8;

    public Allowance {
        mayAnnounce = List.copyOf(mayAnnounce);
        logins = Set.copyOf(logins);
        keys = Map.copyOf(keys);
    }

    /** What a user may do of whom nothing is written but the name: any sender, no claims, no keys. */
    public static Allowance plain(UserName user, long termMs) {
        return new Allowance(
                user, true, List.of(), Set.of(), SenderRules.ANY, termMs, DEVICES_DEFAULT, 128, null, null, Map.of());
    }

    /** Whether something is limited that only the policy protocol can tell: the sender, the number of messages. */
    public boolean needsPolicyProtocol() {
        return !senders.isAny() || isCounted();
    }

    /** Whether messages or recipients are limited, so that they have to be counted. */
    public boolean isCounted() {
        return messages != null || recipients != null;
    }
}
