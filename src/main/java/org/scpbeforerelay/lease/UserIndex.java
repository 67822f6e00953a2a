package org.scpbeforerelay.lease;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
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

    private static final Lease[] NONE = {};

    private record Many(UserName user, ConcurrentSkipListMap<LeaseKey, Lease> leases) {}

    /** The lease in this place; null for none. */
    @Nullable
    Lease get(LeaseKey key) {
        Object there = find(key.user());
        if (there instanceof Many many) {
            return many.leases.get(key);
        }
        Lease[] few = few(there);
        int at = at(few, key);
        return at < 0 ? null : few[at];
    }

    /** The leases of a user in the order of their keys. */
    Collection<Lease> of(UserName user) {
        return all(find(user));
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

    private static Collection<Lease> all(@Nullable Object there) {
        return there instanceof Many many
                ? Collections.unmodifiableCollection(many.leases.values())
                : Collections.unmodifiableList(Arrays.asList(few(there)));
    }

    /** Writes a lease in its place; gives back the one that stood there. For the one writer. */
    @Nullable
    Lease put(Lease lease) {
        UserName user = lease.user();
        Object there = find(user);
        if (there instanceof Many many) {
            return many.leases.put(lease.key(), lease);
        }
        Lease[] few = few(there);
        int at = at(few, lease.key());
        if (at >= 0) {
            Lease[] renewed = few.clone();
            renewed[at] = lease;
            set(user, slot(renewed));
            return few[at];
        }
        set(user, few.length < FEW ? slot(with(few, lease, -at - 1)) : many(few, lease));
        return null;
    }

    /** Takes a lease out; gives it back. For the one writer. */
    @Nullable
    Lease remove(LeaseKey key) {
        Object there = find(key.user());
        if (there instanceof Many many) {
            Lease former = many.leases.remove(key);
            if (many.leases.isEmpty()) {
                clear(key.user());
            }
            return former;
        }
        Lease[] few = few(there);
        int at = at(few, key);
        if (at < 0) {
            return null;
        }
        if (few.length == 1) {
            clear(key.user());
        } else {
            set(key.user(), slot(without(few, at)));
        }
        return few[at];
    }

    /** The leases in a slot that has no map. */
    private static Lease[] few(@Nullable Object there) {
        return switch (there) {
            case null -> NONE;
            case Lease one -> new Lease[] {one};
            default -> (Lease[]) there;
        };
    }

    private static Object slot(Lease[] few) {
        return few.length == 1 ? few[0] : few;
    }

    private static Lease[] with(Lease[] few, Lease lease, int at) {
        Lease[] more = Arrays.copyOf(few, few.length + 1);
        System.arraycopy(few, at, more, at + 1, few.length - at);
        more[at] = lease;
        return more;
    }

    private static Lease[] without(Lease[] few, int at) {
        Lease[] rest = Arrays.copyOf(few, few.length - 1);
        System.arraycopy(few, at + 1, rest, at, rest.length - at);
        return rest;
    }

    private static Many many(Lease[] few, Lease lease) {
        Many many = new Many(lease.user(), new ConcurrentSkipListMap<>());
        for (Lease one : with(few, lease, few.length)) {
            many.leases.put(one.key(), one);
        }
        return many;
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
