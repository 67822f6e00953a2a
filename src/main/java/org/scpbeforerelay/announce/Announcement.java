package org.scpbeforerelay.announce;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;

/**
 * A principal's claim to be at a client address.
 *
 * @param principal who speaks; the source has checked that it is so
 * @param source how it came in
 * @param proof the fingerprint of the key that proved who speaks ({@code SHA256:…}); empty where no key was in play
 * @param provenAddress the address that the way it came in proves: the peer of the connection, the remote address of the
 *     login; null where nothing is proven and only the allowance counts
 * @param claims what is announced, at most one address per family; empty means {@link Claim#OWN}
 * @param hold whether the lease lives as long as an open connection
 * @param termMs the term asked for, 0 for the user's own
 * @param notAfterMs no lease may outlast this instant of the wall clock (a key or certificate that expires);
 *     {@link Long#MAX_VALUE} for none
 * @param spokenAtMs when it was said, by the wall clock: now, or the time of the file or log line, never later than now;
 *     the term runs from here
 */
public record Announcement(
        Principal principal,
        LeaseSource source,
        String proof,
        @Nullable ClientAddress provenAddress,
        List<Claim> claims,
        Hold hold,
        long termMs,
        long notAfterMs,
        long spokenAtMs) {
    /** {@link #spokenAtMs} of an announcement that is made just now. */
    public static final long NOW = Long.MAX_VALUE;

    /** {@link #notAfterMs} where nothing bounds the lease but its term. */
    public static final long NO_BOUND = Long.MAX_VALUE;

    /** What an announcement has to do with an open connection. */
    public enum Hold {
        /** Nothing: the lease lasts for its term. */
        NONE,
        /** The connection was opened to hold the lease. */
        BEGIN,
        /** The connection gave a sign of life: its lease goes on, if it still stands; it is never granted anew by this. */
        KEEP
    }

    public Announcement {
        claims = claims.isEmpty() ? List.of(Claim.OWN) : List.copyOf(claims);
    }
}
