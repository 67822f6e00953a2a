package org.scpbeforerelay.store.shared;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Names that were read lately, so that the same bytes give the same object again: a user has several devices, a million devices
 * have a few names. Where two fall into one place the later is kept. Not thread-safe.
 */
final class Names<T> {
    /** What bytes are a name of. */
    interface Making<T> {
        T of(byte[] name) throws BadFrameException;
    }

    private static final class Known<T> {
        final byte[] name;
        final T made;

        Known(byte[] name, T made) {
            this.name = name;
            this.made = made;
        }
    }

    private final Making<T> making;
    private final @Nullable Known<T>[] places;

    /** {@code size}: how many are kept, a power of two. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // no array of a generic type can be made
    Names(Making<T> making, int size) {
        this.making = making;
        this.places = new Known[size];
    }

    T of(byte[] name) throws BadFrameException {
        int hash = Arrays.hashCode(name) * 0x9e3779b1;
        int place = (hash ^ hash >>> 16) & (places.length - 1);
        Known<T> known = places[place];
        if (known != null && Arrays.equals(known.name, name)) {
            return known.made;
        }
        T made = making.of(name);
        places[place] = new Known<>(name, made);
        return made;
    }
}
