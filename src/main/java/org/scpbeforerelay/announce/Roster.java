package org.scpbeforerelay.announce;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.UserName;

/**
 * All users and what they may do, at one reading of the settings. Immutable: a reload makes a new one.
 *
 * @param allowances by user name
 * @param authorities the fingerprints of the certificate authorities that are trusted for all users
 * @param strangers the allowance of login names that are no user, where the settings let those have leases ({@code
 *     [login_log] users = "any"}); null where they may not
 */
public record Roster(
        Map<UserName, Allowance> allowances,
        Set<String> authorities,
        @Nullable StrangersAllowance strangers) {
    /** Nobody. */
    public static final Roster EMPTY = new Roster(Map.of(), Set.of(), null);

    /**
     * What a login name that is no user may have.
     *
     * @param termMs the term of its leases, in milliseconds
     */
    public record StrangersAllowance(long termMs) {}

    public Roster {
        // Not Map.copyOf: it probes one place after the other, and names such as user1, user2 … lie side by side.
        allowances = Collections.unmodifiableMap(new HashMap<>(allowances));
        authorities = Set.copyOf(authorities);
    }

    /** What this user may do through this source; null when it is nobody here. A disabled user is somebody. */
    public @Nullable Allowance allowance(UserName user, LeaseSource source) {
        Allowance known = allowances.get(user);
        if (known == null && strangers != null && source == LeaseSource.LOGIN_LOG) {
            return Allowance.plain(user, strangers.termMs());
        }
        return known;
    }

    /** Whether a lease may stand under this roster: its user is there and enabled, its key is still the user's and not expired. */
    public boolean upholds(Lease lease, long wallMs) {
        return upholding(lease, wallMs) != null;
    }

    /** By which allowance a lease may stand; null when it may not. */
    public @Nullable Allowance upholding(Lease lease, long wallMs) {
        Allowance allowance = allowance(lease.user(), lease.source());
        return allowance != null && allowance.enabled() && provenBy(allowance, lease.proof(), wallMs) == Proof.STANDS
                ? allowance
                : null;
    }

    /** What has become of the key behind a lease or an announcement. */
    public enum Proof {
        STANDS,
        EXPIRED,
        GONE
    }

    /** Whether this proof counts for the user now. The empty proof, of sources without keys, always does. */
    public Proof provenBy(Allowance allowance, String proof, long wallMs) {
        if (proof.isEmpty() || authorities.contains(proof)) {
            return Proof.STANDS;
        }
        Long expiresAtMs = allowance.keys().get(proof);
        if (expiresAtMs == null) {
            return Proof.GONE;
        }
        return wallMs < expiresAtMs ? Proof.STANDS : Proof.EXPIRED;
    }
}
