package org.scpbeforerelay.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.lease.UserName;

/**
 * What {@code users/NAME.toml} says of one user. Read with {@link UsersDirectory#read}, changed with {@link UserEdit}.
 *
 * @param name the file's name without {@code .toml}
 * @param keys no two with the same blob
 * @param mayAnnounce networks from which an address may be claimed without proof
 * @param logins POP, IMAP and SSH login names that are this user; no other user has the same
 * @param senders the envelope senders that may be used
 * @param term how long an announcement lasts; null for {@code [lease] term}
 * @param devices with a lease at once; 1 to 10,000
 * @param prefix6 64 or 128
 * @param messages null for any number
 * @param recipients null for any number
 * @param enabled false: nothing at all
 */
public record UserFile(
        UserName name,
        List<AuthorizedKey> keys,
        List<Network> mayAnnounce,
        List<String> logins,
        SenderRules senders,
        @Nullable Term term,
        int devices,
        int prefix6,
        @Nullable Rate messages,
        @Nullable Rate recipients,
        boolean enabled) {
    public UserFile {
        keys = List.copyOf(keys);
        mayAnnounce = List.copyOf(mayAnnounce);
        logins = List.copyOf(logins);
    }

    /** The user as the core knows it. */
    public Allowance allowance(Settings settings) {
        Map<String, Long> expiryByFingerprint = new HashMap<>();
        for (AuthorizedKey key : keys) {
            expiryByFingerprint.put(key.fingerprint(), key.expiresAtMs());
        }
        return new Allowance(
                name,
                enabled,
                mayAnnounce,
                Set.copyOf(logins),
                senders,
                (term == null ? settings.lease().term() : term).ms(),
                devices,
                prefix6,
                messages,
                recipients,
                expiryByFingerprint);
    }
}
