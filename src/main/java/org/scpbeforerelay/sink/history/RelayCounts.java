package org.scpbeforerelay.sink.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;

/**
 * How much was relayed by which lease since it was granted. One thread counts up (that of the lookups), one takes what a lease has at its
 * end, any may look. Holds leases only that have relayed.
 */
public final class RelayCounts {
    /** A power of two. */
    private static final int LATEST = 4096;

    private final Map<Place, Count> counts = new ConcurrentHashMap<>();

    // The counting thread's own: where it has counted lately. A lease that
    // is asked about again is mostly the very same object.
    private final @Nullable Count[] latest = new Count[LATEST];

    /** A lease on one address; renewals are the same. */
    record Place(LeaseKey key, ClientAddress address) {
        static Place of(Lease lease) {
            return new Place(lease.key(), lease.address());
        }
    }

    /**
     * So much.
     *
     * @param messages as limits count them: at the first recipient that is permitted
     * @param recipients permitted and, where the mail server tells at DATA, accepted
     */
    public record Relayed(long messages, long recipients) {
        /** Nothing. */
        public static final Relayed NOTHING = new Relayed(0, 0);
    }

    /** What stands at one moment. */
    record Standing(Place place, long grantedAtMs, Relayed relayed) {}

    private static final class Count {
        private final long grantedAtMs;
        private final AtomicLong messages = new AtomicLong();
        private final AtomicLong recipients = new AtomicLong();
        private boolean isDoubtful;
        private volatile boolean isTaken;

        // As the counting thread saw it last.
        private @Nullable Lease lease;

        Count(long grantedAtMs) {
            this.grantedAtMs = grantedAtMs;
        }

        /** For the counting thread alone. */
        void add(long moreMessages, long moreRecipients) {
            messages.setRelease(messages.getPlain() + moreMessages);
            recipients.setRelease(recipients.getPlain() + moreRecipients);
        }

        /** What it came to, when it is in the map no more: from now on the counting thread begins another. */
        Relayed taken() {
            isTaken = true;
            return relayed();
        }

        Relayed relayed() {
            return new Relayed(messages.get(), Math.max(0, recipients.get()));
        }
    }

    void add(Lease lease, long messages, long recipients) {
        int at = lease.address().hashCode() & LATEST - 1;
        Count count = latest[at];
        if (count == null || count.lease != lease || count.isTaken) {
            count = counts.computeIfAbsent(Place.of(lease), any -> new Count(lease.grantedAtMs()));
            count.lease = lease;
            latest[at] = count;
        }
        count.add(messages, recipients);
    }

    /** What was relayed by this lease so far. */
    public Relayed of(Lease lease) {
        Count count = counts.get(Place.of(lease));
        return count == null ? Relayed.NOTHING : count.relayed();
    }

    /** The same at its end; it is forgotten. */
    Relayed take(Lease lease) {
        Count count = counts.remove(Place.of(lease));
        return count == null ? Relayed.NOTHING : count.taken();
    }

    /** Takes up what was counted before a restart. */
    void restore(Standing before) {
        Count count = new Count(before.grantedAtMs());
        count.messages.set(before.relayed().messages());
        count.recipients.set(before.relayed().recipients());
        counts.put(before.place(), count);
    }

    /** All that there is. */
    List<Standing> all() {
        List<Standing> all = new ArrayList<>(counts.size());
        counts.forEach((place, count) -> all.add(new Standing(place, count.grantedAtMs, count.relayed())));
        return all;
    }

    int size() {
        return counts.size();
    }

    /** Takes out all that does not stand. */
    List<Standing> takeAllBut(Predicate<Standing> stands) {
        List<Standing> gone = new ArrayList<>();
        for (Standing each : all()) {
            Count count = stands.test(each) ? null : counts.remove(each.place());
            if (count != null) {
                count.isTaken = true;
                gone.add(each);
            }
        }
        return gone;
    }

    /**
     * Takes out what belongs to no lease any more: what was counted in the instant in which the lease ended. Only what was found so
     * at the last look too, as an end may be on its way.
     */
    List<Standing> takeLost(Predicate<Place> stands) {
        List<Standing> lost = new ArrayList<>();
        counts.forEach((place, count) -> {
            if (stands.test(place)) {
                count.isDoubtful = false;
            } else if (!count.isDoubtful) {
                count.isDoubtful = true;
            } else if (counts.remove(place, count)) {
                count.isTaken = true;
                lost.add(new Standing(place, count.grantedAtMs, count.relayed()));
            }
        });
        return lost;
    }
}
