package org.scpbeforerelay.lease;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Leases by their users: a slot holds the one lease of a user, an array of a few in the order of their keys, or a map of many. Most users
 * have one device and one address; a user whose logins come from everywhere has thousands.
 */
final class UserIndex extends SlotTable<UserName> {
    /** From here on an array, which is copied at each change, costs more than a map. */
    static final int FEW = 16;

    private record Many(UserName user, ConcurrentSkipListMap<LeaseKey, Lease> leases) {}

    /** The lease in this place; null for none. */
    @Nullable
    Lease get(LeaseKey key) {
        return switch (find(key.user())) {
            case null -> null;
            case Lease one -> one.key().equals(key) ? one : null;
            case Many many -> many.leases.get(key);
            case Object few -> {
                Lease[] leases = (Lease[]) few;
                int at = at(leases, key);
                yield at < 0 ? null : leases[at];
            }
        };
    }

    /** The leases of a user in the order of their keys. */
    Collection<Lease> of(UserName user) {
        Object there = find(user);
        return there == null ? List.of() : all(there);
    }

    /** Every lease, those of one user together and otherwise in no order; see {@link #each}. */
    Iterator<Lease> leases() {
        Iterator<Object> users = each();
        return new Iterator<>() {
            private Iterator<Lease> ofOne = Collections.emptyIterator();

            @Override
            public boolean hasNext() {
                while (!ofOne.hasNext() && users.hasNext()) {
                    ofOne = all(users.next()).iterator();
                }
                return ofOne.hasNext();
            }

            @Override
            public Lease next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return ofOne.next();
            }
        };
    }

    private static Collection<Lease> all(Object there) {
        return switch (there) {
            case Lease one -> List.of(one);
            case Many many -> Collections.unmodifiableCollection(many.leases.values());
            default -> Collections.unmodifiableList(Arrays.asList((Lease[]) there));
        };
    }

    /** Writes a lease in its place; gives back the one that stood there. For the one writer. */
    @Nullable
    Lease put(Lease lease) {
        UserName user = lease.user();
        switch (find(user)) {
            case null -> set(user, lease);
            case Many many -> {
                return many.leases.put(lease.key(), lease);
            }
            case Lease one
            when one.key().equals(lease.key()) -> {
                set(user, lease);
                return one;
            }
            case Lease one ->
                set(user, one.key().compareTo(lease.key()) < 0 ? new Lease[] {one, lease} : new Lease[] {lease, one});
            case Object few -> {
                return putAmong((Lease[]) few, lease);
            }
        }
        return null;
    }

    private @Nullable Lease putAmong(Lease[] few, Lease lease) {
        UserName user = lease.user();
        int at = at(few, lease.key());
        if (at >= 0) {
            Lease[] renewed = few.clone();
            renewed[at] = lease;
            set(user, renewed);
            return few[at];
        }
        if (few.length == FEW) {
            Many many = new Many(user, new ConcurrentSkipListMap<>());
            for (Lease one : few) {
                many.leases.put(one.key(), one);
            }
            many.leases.put(lease.key(), lease);
            set(user, many);
            return null;
        }
        int place = -at - 1;
        Lease[] more = Arrays.copyOf(few, few.length + 1);
        System.arraycopy(few, place, more, place + 1, few.length - place);
        more[place] = lease;
        set(user, more);
        return null;
    }

    /** Takes a lease out; gives it back. For the one writer. */
    @Nullable
    Lease remove(LeaseKey key) {
        UserName user = key.user();
        Lease there = get(key);
        if (there == null) {
            return null;
        }
        switch (find(user)) {
            case Many many -> {
                many.leases.remove(key);
                if (many.leases.isEmpty()) {
                    clear(user);
                }
            }
            case Lease[] few -> {
                Lease[] rest =
                        Arrays.stream(few).filter(lease -> lease != there).toArray(Lease[]::new);
                set(user, rest.length == 1 ? rest[0] : rest);
            }
            case null, default -> clear(user);
        }
        return there;
    }

    /** Where the lease in this place stands; when there is none, -1 minus where it would. */
    private static int at(Lease[] few, LeaseKey key) {
        for (int i = 0; i < few.length; i++) {
            int order = few[i].key().compareOfUser(key);
            if (order >= 0) {
                return order == 0 ? i : -i - 1;
            }
        }
        return -few.length - 1;
    }

    @Override
    UserName keyOf(Object there) {
        return switch (there) {
            case Lease one -> one.user();
            case Many many -> many.user;
            default -> ((Lease[]) there)[0].user();
        };
    }
}
