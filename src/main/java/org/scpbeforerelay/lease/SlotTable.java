package org.scpbeforerelay.lease;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A table of open addressing. One writer, any number of readers, no locks: a reader sees each change whole, and all changes that were
 * made before it asked.
 *
 * <p>A slot holds nothing or what stands under one key, and that says its key by itself. So nothing is kept but slots of four bytes,
 * two to six of them per key, where a map of the library takes some fifty bytes; and a question reads two objects instead of five. What
 * is taken out leaves a mark, so that nobody who is looking misses what lies behind it; marks go when the table is next made anew.
 *
 * @param <K> the key; its hash code may differ in few bits
 */
abstract class SlotTable<K> {
    private static final Object GONE = new Object();
    private static final int SLOTS_MIN = 16;

    // Replaced whole; between two replacements only its slots change.
    private volatile AtomicReferenceArray<@Nullable Object> slots = new AtomicReferenceArray<>(SLOTS_MIN);

    // The writer's own: slots that hold something, and such that hold anything, marks too.
    private int full;
    private int used;

    /** The key of what stands in a slot. */
    abstract K keyOf(Object there);

    /** What stands under this key; null for nothing. */
    final @Nullable Object find(K key) {
        AtomicReferenceArray<@Nullable Object> table = slots;
        int last = table.length() - 1;
        for (int i = begin(key); ; i++) {
            Object there = table.getAcquire(i & last);
            if (there == null || there != GONE && keyOf(there).equals(key)) {
                return there;
            }
        }
    }

    /** Puts something in the place of what stands under its key. For the one writer. */
    final void set(K key, Object fresh) {
        AtomicReferenceArray<@Nullable Object> table = slots;
        int place = place(table, key);
        if (table.getPlain(place) == null) {
            if (2 * (used + 1) > table.length()) {
                table = makeAnew(table);
                place = place(table, key);
            }
            used++;
            full++;
        }
        table.setRelease(place, fresh);
    }

    /** Takes out what stands under this key. For the one writer. */
    final void clear(K key) {
        AtomicReferenceArray<@Nullable Object> table = slots;
        int place = place(table, key);
        if (table.getPlain(place) != null) {
            table.setRelease(place, GONE);
            full--;
        }
    }

    /**
     * All that stands in slots, in no order. Of what changes meanwhile it may give the former or the latter; what goes and comes back
     * meanwhile it may give twice.
     */
    final Iterator<Object> each() {
        return new Walk(slots);
    }

    private static final class Walk implements Iterator<Object> {
        private final AtomicReferenceArray<@Nullable Object> table;
        private int at;
        private @Nullable Object next;

        Walk(AtomicReferenceArray<@Nullable Object> table) {
            this.table = table;
        }

        @Override
        public boolean hasNext() {
            while (next == null && at < table.length()) {
                Object there = table.getAcquire(at++);
                next = there == GONE ? null : there;
            }
            return next != null;
        }

        @Override
        public Object next() {
            Object found = hasNext() ? next : null;
            if (found == null) {
                throw new NoSuchElementException();
            }
            next = null;
            return found;
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
                table.setPlain(place(table, keyOf(there)), there);
            }
        }
        used = full;
        slots = table;
        return table;
    }

    /** The slot with what stands under this key; where there is nothing, the empty one that it would have. */
    private int place(AtomicReferenceArray<@Nullable Object> table, K key) {
        int last = table.length() - 1;
        for (int i = begin(key) & last; ; i = i + 1 & last) {
            Object there = table.getPlain(i);
            if (there == null || there != GONE && keyOf(there).equals(key)) {
                return i;
            }
        }
    }

    /** Names that end in numbers have hash codes that lie close together: MurmurHash3's last step scatters them. */
    private int begin(K key) {
        int hash = key.hashCode();
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }
}
