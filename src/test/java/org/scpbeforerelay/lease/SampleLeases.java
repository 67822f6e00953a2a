package org.scpbeforerelay.lease;

import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;

/** Leases for tests. */
public final class SampleLeases {
    private SampleLeases() {}

    public static ClientAddress address(String text) {
        try {
            return ClientAddress.parse(text);
        } catch (AddressSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A lease by SSH without a key, of this single address, granted at {@code now}. */
    public static Lease lease(String principal, String address, Moment now, long termMs) {
        return lease(Principal.parse(principal), address(address), 128, LeaseSource.SSH, "", now, termMs);
    }

    /** A lease granted at {@code now}; {@code prefix6} counts for IPv6 only. */
    public static Lease lease(
            Principal principal,
            ClientAddress address,
            int prefix6,
            LeaseSource source,
            String proof,
            Moment now,
            long termMs) {
        int prefixLength = address.isIpv4() ? 32 : prefix6;
        return new Lease(
                LeaseKey.of(principal, address, source),
                address.masked(prefixLength),
                prefixLength,
                source,
                false,
                proof,
                now.wallMs(),
                now.wallMs(),
                now.wallMs() + termMs,
                now.monotonicMs() + termMs);
    }
}
