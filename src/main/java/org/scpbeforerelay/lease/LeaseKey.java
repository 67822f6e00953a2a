package org.scpbeforerelay.lease;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;

/**
 * What a new lease replaces. A device has one lease per family: its new IPv4 address takes the place of the former one. Login
 * logs know no devices, so a login's lease has its address in the key and replaces nothing but itself.
 *
 * @param principal who holds the lease
 * @param family of its address
 * @param loginAddress the address, for leases of login logs only
 */
public record LeaseKey(
        Principal principal, AddressFamily family, @Nullable ClientAddress loginAddress)
        implements Comparable<LeaseKey> {
    private static final Comparator<LeaseKey> ORDER = Comparator.comparing(LeaseKey::principal)
            .thenComparing(LeaseKey::family)
            .thenComparing(LeaseKey::loginAddress, Comparator.nullsFirst(Comparator.naturalOrder()));

    /** The key of a device's lease for an address, as its source counts. */
    public static LeaseKey of(Principal principal, ClientAddress address, LeaseSource source) {
        return new LeaseKey(principal, address.family(), source == LeaseSource.LOGIN_LOG ? address : null);
    }

    @Override
    public int compareTo(LeaseKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return principal + "/" + family.text() + (loginAddress == null ? "" : "/" + loginAddress);
    }
}
