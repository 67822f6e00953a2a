package org.scpbeforerelay.lease;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;

/**
 * What a new lease replaces. A device has one lease per family: its new IPv4 address takes the place of the former one. Login
 * logs know no devices, so a login's lease has its address in the key and replaces nothing but itself.
 *
 * <p>User and device stand here and not a {@link Principal} of them: there is one key per lease, and millions of leases.
 *
 * @param user whose lease it is
 * @param device of the user
 * @param family of its address
 * @param loginAddress the address, for leases of login logs only
 */
public record LeaseKey(
        UserName user,
        DeviceName device,
        AddressFamily family,
        @Nullable ClientAddress loginAddress) implements Comparable<LeaseKey> {
    public LeaseKey(Principal principal, AddressFamily family, @Nullable ClientAddress loginAddress) {
        this(principal.user(), principal.device(), family, loginAddress);
    }

    /** The key of a device's lease for an address, as its source counts. */
    public static LeaseKey of(Principal principal, ClientAddress address, LeaseSource source) {
        return new LeaseKey(principal, address.family(), source == LeaseSource.LOGIN_LOG ? address : null);
    }

    /** Who holds the lease. */
    public Principal principal() {
        return new Principal(user, device);
    }

    @Override
    public int compareTo(LeaseKey other) {
        int order = user.compareTo(other.user);
        return order == 0 ? compareOfUser(other) : order;
    }

    /** The order of two keys of one user. */
    int compareOfUser(LeaseKey other) {
        int order = device.compareTo(other.device);
        if (order == 0) {
            order = family.compareTo(other.family);
        }
        if (order != 0 || loginAddress == other.loginAddress) {
            return order;
        }
        if (loginAddress == null || other.loginAddress == null) {
            return loginAddress == null ? -1 : 1;
        }
        return loginAddress.compareTo(other.loginAddress);
    }

    @Override
    public String toString() {
        return principal() + "/" + family.text() + (loginAddress == null ? "" : "/" + loginAddress);
    }
}
