package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.store.LeaseChange;

/** What other hosts said and this host's disk does not have yet. Not thread-safe. */
final class Unwritten {
    /** What stands in a place of the book now. */
    interface Standing {
        @Nullable
        Lease at(LeaseKey key);
    }

    private final Standing standing;
    private final Map<LeaseKey, LeaseChange> changes = new LinkedHashMap<>();

    // A new host reads millions of leases before it starts: a list of them takes a tenth of the map.
    private final List<Lease> first = new ArrayList<>();

    Unwritten(Standing standing) {
        this.standing = standing;
    }

    void add(LeaseChange change) {
        changes.put(change.key(), change);
    }

    /** A lease that was read before the start, as it stands. */
    void addFirst(Lease lease) {
        first.add(lease);
    }

    void remove(LeaseKey key) {
        changes.remove(key);
    }

    boolean has(LeaseKey key) {
        return changes.containsKey(key);
    }

    boolean isEmpty() {
        return changes.isEmpty() && first.isEmpty();
    }

    /** Takes some changes out, at most {@code most}, each of a place of its own. */
    List<LeaseChange> take(int most) {
        List<LeaseChange> taken = new ArrayList<>();
        Iterator<LeaseChange> each = changes.values().iterator();
        while (taken.size() < most && each.hasNext()) {
            taken.add(each.next());
            each.remove();
        }
        while (taken.size() < most && !first.isEmpty()) {
            Lease lease = first.removeLast();
            if (standing.at(lease.key()) == lease) { // else what overtook it went to the disk by itself
                taken.add(new LeaseChange.Put(lease));
            }
        }
        return taken;
    }

    /** What was taken could not be written. */
    void giveBack(List<LeaseChange> taken) {
        taken.forEach(change -> changes.putIfAbsent(change.key(), change));
    }
}
