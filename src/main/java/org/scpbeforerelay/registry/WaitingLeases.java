package org.scpbeforerelay.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseKey;

/**
 * Recorded leases of an earlier run of the machine, which wait until its wall clock is synchronised. A machine without a clock of
 * its own comes back with the time of its shutdown: by that clock, leases that are long over would have all their rest again.
 *
 * <p>They permit nothing and count for nothing. What is said of their place meanwhile is the last word on it; what takes leases
 * away takes these too. On the disk they stay as they were recorded. For the one writer, but for {@link #size}.
 */
final class WaitingLeases {
    private final LeaseBook leases = new LeaseBook();
    private long lastEndMs = Long.MIN_VALUE;

    void add(Lease lease) {
        leases.put(lease);
        lastEndMs = Math.max(lastEndMs, lease.expiresAtMs());
    }

    /** Something newer is known of this place; whether a lease waited there. */
    boolean remove(LeaseKey key) {
        return leases.remove(key) != null;
    }

    /** Takes out those that are meant. */
    List<Lease> take(Selection selection) {
        return take(selection.in(leases));
    }

    /** Takes out those for which this does not hold. */
    List<Lease> takeUnless(Predicate<Lease> holds) {
        return take(leases.all().stream().filter(holds.negate()).toList());
    }

    List<Lease> takeAll() {
        return take(leases.all());
    }

    /** How many there are. From any thread. */
    int size() {
        return leases.size();
    }

    /** Whether all are over by a wall clock that can only be behind. */
    boolean areOver(Moment now) {
        return now.wallMs() >= lastEndMs;
    }

    private List<Lease> take(Collection<Lease> some) {
        List<Lease> taken = new ArrayList<>(some);
        taken.forEach(lease -> leases.remove(lease.key()));
        return taken;
    }
}
