package org.scpbeforerelay.lease;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;

/**
 * All leases, by key and by address. One writer, any number of readers, no locks on the reading side.
 *
 * <p>The book holds what was granted, also what has ended and is not yet swept; readers ask each lease whether it is active.
 * A reader sees each single change whole: of a replacement it may see neither lease for an instant, never a lease that the
 * change took away after the writer's call has returned.
 */
public final class LeaseBook {
    private final ConcurrentSkipListMap<LeaseKey, Lease> byKey = new ConcurrentSkipListMap<>();
    private final AddressIndex byAddress = new AddressIndex();
    private final AddressIndex byNetwork64 = new AddressIndex();

    // ConcurrentSkipListMap.size() walks the whole map.
    private final AtomicInteger size = new AtomicInteger();

    /** Writes a lease in its place; gives back the one that stood there. For the one writer. */
    public @Nullable Lease put(Lease lease) {
        Lease former = byKey.put(lease.key(), lease);
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
        Lease former = byKey.remove(key);
        if (former != null) {
            size.decrementAndGet();
            withdraw(former);
        }
        return former;
    }

    /** The lease in this place, active or not. */
    public @Nullable Lease get(LeaseKey key) {
        return byKey.get(key);
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

    /** Every lease, in the order of keys; a live view. */
    public Collection<Lease> all() {
        return Collections.unmodifiableCollection(byKey.values());
    }

    /** The leases behind this key in the order of keys, without it; a live view, for paging. */
    public Collection<Lease> after(LeaseKey key) {
        return Collections.unmodifiableCollection(byKey.tailMap(key, false).values());
    }

    /** The leases of one user, in the order of keys; a live view. */
    public Collection<Lease> of(UserName user) {
        LeaseKey from = new LeaseKey(new Principal(user, LOWEST), AddressFamily.IPV4, null);
        LeaseKey upTo = new LeaseKey(new Principal(user, HIGHEST), AddressFamily.IPV6, TOP);
        return Collections.unmodifiableCollection(
                byKey.subMap(from, true, upTo, true).values());
    }

    /** How many leases the book holds, active or not. */
    public int size() {
        return size.get();
    }

    private static final DeviceName LOWEST = new DeviceName("0");
    private static final DeviceName HIGHEST = new DeviceName("z".repeat(Label.LENGTH_MAX));
    private static final ClientAddress TOP = new ClientAddress(-1, -1);

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
