package org.scpbeforerelay.sign;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.UserName;

/** Who else is at an address, and where else a user is. What is shown and what is refused both ask here. */
public final class Company {
    /** Of a crowd on one address so many are counted, so that no address, however crowded, costs much. */
    public static final int OTHERS_MAX = 256;

    private Company() {}

    /** The other users with an active lease among these, in the order of names; at most {@link #OTHERS_MAX}. */
    public static List<UserName> others(Iterable<Lease> at, UserName user, Moment now) {
        Set<UserName> others = new HashSet<>();
        for (Lease lease : at) {
            if (!lease.user().equals(user) && lease.activeAt(now)) {
                others.add(lease.user());
                if (others.size() == OTHERS_MAX) {
                    break;
                }
            }
        }
        return others.isEmpty() ? List.of() : new ArrayList<>(new TreeSet<>(others));
    }

    /**
     * The places of this family at which there is an active lease among these: IPv4 addresses, or IPv6 networks of 64 bits, for
     * the devices of one home are in one network.
     *
     * @param except a lease that does not count, as it is about to be replaced; null for none
     */
    public static Set<ClientAddress> places(
            Iterable<Lease> ofUser, AddressFamily family, @Nullable LeaseKey except, Moment now) {
        Set<ClientAddress> places = new HashSet<>();
        for (Lease lease : ofUser) {
            if (lease.key().family() == family
                    && lease.activeAt(now)
                    && !lease.key().equals(except)) {
                places.add(place(lease.address()));
            }
        }
        return places;
    }

    /** The place of an address. */
    public static ClientAddress place(ClientAddress address) {
        return address.isIpv4() ? address : address.masked(64);
    }

    /**
     * From whom the address has moved to this user: whose last lease on it ended within the terms' time, with none of the same
     * user there since. Null when from nobody.
     */
    public static @Nullable Departure movedFrom(
            @Nullable Departure last, Iterable<Lease> at, UserName user, SharedTerms terms, Moment now) {
        if (last == null || last.user().equals(user) || last.agoMs(now) >= terms.movedWithinMs()) {
            return null;
        }
        for (Lease lease : at) {
            if (lease.user().equals(last.user()) && lease.activeAt(now)) {
                return null;
            }
        }
        return last;
    }
}
