package org.scpbeforerelay.lease;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/**
 * Leases by the first address of what they cover. One writer, any number of readers, no locks: a reader sees each change whole,
 * and all changes that were made before it asked.
 *
 * <p>A table of open addressing: a slot holds nothing, the one lease on an address, or, rarely, an array of several. Nothing is
 * kept but slots of four bytes, two to four per lease, where a map of the library takes some fifty bytes; and a question reads two
 * objects instead of five. What is taken out leaves a mark, so that nobody who is looking misses what lies behind it; marks go when
 * the table is next made anew.
 */
final class AddressIndex {
    private static final Lease[] NONE = {};
    private static final Object GONE = new Object();
    private static final int SLOTS_MIN = 16;

    // Replaced whole; between two replacements only its slots change.
    private volatile AtomicReferenceArray<@Nullable Object> slots = new AtomicReferenceArray<>(SLOTS_MIN);

    // The writer's own: slots that hold leases, and such that hold anything.
    private int full;
    private int used;

    /** The leases on this address in the order in which they came; not to be written to. */
    Lease[] at(ClientAddress address) {
        AtomicReferenceArray<@Nullable Object> table = slots;
        int last = table.length() - 1;
        for (int i = address.hashCode(); ; i++) {
            Object there = table.getAcquire(i & last);
            if (there == null) {
                return NONE;
            }
            if (there instanceof Lease lease) {
                if (lease.address().equals(address)) {
                    return new Lease[] {lease};
                }
            } else if (there instanceof Lease[] several && several[0].address().equals(address)) {
                return several;
            }
        }
    }

    /** Puts leases, at least one and all on this address, in the place of those that are there. For the one writer. */
    void put(ClientAddress address, Lease[] leases) {
        Object fresh = leases.length == 1 ? leases[0] : leases;
        AtomicReferenceArray<@Nullable Object> table = slots;
        int place = place(table, address);
        if (table.getPlain(place) == null) {
            if (2 * (used + 1) > table.length()) {
                table = makeAnew(table);
                place = place(table, address);
            }
            used++;
            full++;
        }
        table.setRelease(place, fresh);
    }

    /** Takes out all leases on this address. For the one writer. */
    void remove(ClientAddress address) {
        int place = place(slots, address);
        if (slots.getPlain(place) != null) {
            slots.setRelease(place, GONE);
            full--;
        }
    }

    /** Without marks, and with at most a third of it full: of half of it at most, when it is made anew again. */
    private AtomicReferenceArray<@Nullable Object> makeAnew(AtomicReferenceArray<@Nullable Object> former) {
        int length = SLOTS_MIN;
        while (length < 3 * (full + 1)) {
            length *= 2;
        }
        AtomicReferenceArray<@Nullable Object> table = new AtomicReferenceArray<>(length);
        for (int i = 0; i < former.length(); i++) {
            Object there = former.getPlain(i);
            if (there != null && there != GONE) {
                table.setPlain(place(table, addressOf(there)), there);
            }
        }
        used = full;
        slots = table;
        return table;
    }

    /** The slot with the leases on this address; where there are none, the empty one that they would have. */
    private static int place(AtomicReferenceArray<@Nullable Object> table, ClientAddress address) {
        int last = table.length() - 1;
        for (int i = address.hashCode() & last; ; i = i + 1 & last) {
            Object there = table.getPlain(i);
            if (there == null || there != GONE && addressOf(there).equals(address)) {
                return i;
            }
        }
    }

    private static ClientAddress addressOf(Object there) {
        return switch (there) {
            case Lease lease -> lease.address();
            case Lease[] several -> several[0].address();
            default -> throw new IllegalStateException("no lease in this slot");
        };
    }
}
