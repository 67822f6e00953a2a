package org.scpbeforerelay.lease;

import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/**
 * All leases, by key and by address. One writer, any number of readers, no locks on the reading side.
 *
 * <p>The book holds what was granted, also what has ended and is not yet swept; readers ask each lease whether it is active.
 * A reader sees each single change whole: of a replacement it may see neither lease for an instant, never a lease that the
 * change took away after the writer's call has returned.
 */
public final class LeaseBook {
    private final UserIndex byUser = new UserIndex();
    private final AddressIndex byAddress = new AddressIndex();
    private final AddressIndex byNetwork64 = new AddressIndex();
    private final AtomicInteger size = new AtomicInteger();

    private final Collection<Lease> all = new AbstractCollection<>() {
        @Override
        public Iterator<Lease> iterator() {
            return byUser.leases();
        }

        @Override
        public int size() {
            return size.get();
        }

        // Without the size, which may be another at the end.
        @Override
        public Spliterator<Lease> spliterator() {
            return Spliterators.spliteratorUnknownSize(iterator(), Spliterator.NONNULL);
        }
    };

    /** Writes a lease in its place; gives back the one that stood there. For the one writer. */
    public @Nullable Lease put(Lease lease) {
        Lease former = byUser.put(lease);
        if (former == null) {
            size.incrementAndGet();
        } else if (!samePlace(former, lease)) {
            withdraw(former);
        }
        AddressIndex index = indexOf(lease);
        index.put(lease.address(), with(index.at(lease.address()), lease));
        return former;
    }

    /** Takes a lease out; gives it back. For the one writer. */
    public @Nullable Lease remove(LeaseKey key) {
        Lease former = byUser.remove(key);
        if (former != null) {
            size.decrementAndGet();
            withdraw(former);
        }
        return former;
    }

    /** The lease in this place, active or not. */
    public @Nullable Lease get(LeaseKey key) {
        return byUser.get(key);
    }

    /**
     * The leases that cover a client address, active or not: on the address itself first, then on its /64. Never null; must
     * not be written to.
     */
    public Lease[] at(ClientAddress client) {
        Lease[] exact = byAddress.at(client);
        if (client.isIpv4()) {
            return exact;
        }
        Lease[] around = byNetwork64.at(client.masked(64));
        if (around.length == 0) {
            return exact;
        }
        Lease[] both = Arrays.copyOf(exact, exact.length + around.length);
        System.arraycopy(around, 0, both, exact.length, around.length);
        return both;
    }

    /**
     * Every lease, in no order but with those of one user together; a live view. What changes while it is walked may come up as it was or
     * as it is, and what goes and comes back even twice.
     */
    public Collection<Lease> all() {
        return all;
    }

    /** Every lease in the order of keys, as they are now. Takes about a second for a million. */
    public List<Lease> inOrder() {
        List<Lease> leases = new ArrayList<>(all);
        leases.sort(Comparator.comparing(Lease::key));
        return leases;
    }

    /** The leases of one user, in the order of keys. */
    public Collection<Lease> of(UserName user) {
        return byUser.of(user);
    }

    /** How many leases the book holds, active or not. */
    public int size() {
        return size.get();
    }

    private AddressIndex indexOf(Lease lease) {
        return lease.isSingleAddress() ? byAddress : byNetwork64;
    }

    private static boolean samePlace(Lease one, Lease other) {
        return one.prefixLength() == other.prefixLength() && one.address().equals(other.address());
    }

    private void withdraw(Lease lease) {
        AddressIndex index = indexOf(lease);
        Lease[] rest = without(index.at(lease.address()), lease.key());
        if (rest.length == 0) {
            index.remove(lease.address());
        } else {
            index.put(lease.address(), rest);
        }
    }

    private static Lease[] with(Lease[] there, Lease lease) {
        for (int i = 0; i < there.length; i++) {
            if (there[i].key().equals(lease.key())) {
                Lease[] renewed = there.clone();
                renewed[i] = lease;
                return renewed;
            }
        }
        Lease[] more = Arrays.copyOf(there, there.length + 1);
        more[there.length] = lease;
        return more;
    }

    private static Lease[] without(Lease[] there, LeaseKey key) {
        return Arrays.stream(there).filter(lease -> !lease.key().equals(key)).toArray(Lease[]::new);
    }
}
