package org.scpbeforerelay.sign;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseKey;

/**
 * What was, as far as signs need it: who had an address last, and the trail of each lease that has one. For the one writer of the
 * book; {@link #of} is for any thread. In memory alone: it begins anew with each start.
 *
 * <p>Bounded: the last {@link #DEPARTURES_MAX} addresses that were given up, and a trail for each lease at the most.
 */
public final class Trails {
    /** Some ten megabytes, and more ends of leases than most hosts see in ten minutes. */
    public static final int DEPARTURES_MAX = 65_536;

    private final Map<LeaseKey, Trail> trails = new ConcurrentHashMap<>();
    private final LinkedHashMap<ClientAddress, Departure> departures = new LinkedHashMap<>();

    /** The trail of the lease in this place. */
    public Trail of(LeaseKey key) {
        return trails.getOrDefault(key, Trail.NONE);
    }

    /** The last end of a lease that covered this address, or its /64 as a whole; null when none is remembered. */
    public @Nullable Departure departure(ClientAddress address) {
        return departure(departures, address);
    }

    /** The same from another memory of this kind. */
    public static @Nullable Departure departure(Map<ClientAddress, Departure> departures, ClientAddress address) {
        Departure exact = departures.get(address);
        return exact != null || address.isIpv4() ? exact : departures.get(address.masked(64));
    }

    /**
     * Takes note of a lease on an address that its principal did not have, which is in the book already.
     *
     * @param former the lease that it has replaced, active or not; null when there was none
     * @param farSide the address behind a NAT that the client gave itself; null when it gave none
     */
    public void granted(
            Lease lease,
            @Nullable Lease former,
            @Nullable ClientAddress farSide,
            LeaseBook book,
            SharedTerms terms,
            Moment now) {
        Trail before = former != null && former.activeAt(now) ? of(lease.key()) : null;
        if (former != null && !former.network().equals(lease.network())) {
            ended(former, now);
        }
        Departure last = Company.movedFrom(
                departure(lease.address()), List.of(book.at(lease.address())), lease.user(), terms, now);
        Sign.Moved moved = last == null ? null : new Sign.Moved(last.user(), last.agoMs(now));
        keep(
                lease.key(),
                before == null
                        ? new Trail(moved, farSide, List.of())
                        : before.goneOn(moved, farSide, now.monotonicMs()));
    }

    /** Takes note of what a renewal said of a NAT. Whether that is news. */
    public boolean renewed(LeaseKey key, @Nullable ClientAddress farSide) {
        Trail before = of(key);
        if (farSide == null || farSide.equals(before.farSide())) {
            return false;
        }
        trails.put(key, before.withFarSide(farSide));
        return true;
    }

    /** Takes note of a lease's end. */
    public void ended(Lease lease, Moment now) {
        trails.remove(lease.key());
        departures.putLast(lease.address(), Departure.of(lease, now));
        if (departures.size() > DEPARTURES_MAX) {
            departures.pollFirstEntry();
        }
    }

    private void keep(LeaseKey key, Trail trail) {
        if (trail.isNothing()) {
            trails.remove(key);
        } else {
            trails.put(key, trail);
        }
    }
}
