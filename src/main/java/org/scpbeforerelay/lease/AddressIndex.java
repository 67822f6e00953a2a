package org.scpbeforerelay.lease;

import org.scpbeforerelay.address.ClientAddress;

/** Leases by the first address of what they cover: a slot holds the one lease on an address or, rarely, an array of several. */
final class AddressIndex extends SlotTable<ClientAddress> {
    private static final Lease[] NONE = {};

    /** The leases on this address in the order in which they came; not to be written to. */
    Lease[] at(ClientAddress address) {
        return switch (find(address)) {
            case null -> NONE;
            case Lease[] several -> several;
            case Object one -> new Lease[] {(Lease) one};
        };
    }

    /** Puts leases, at least one and all on this address, in the place of those that are there. For the one writer. */
    void put(ClientAddress address, Lease[] leases) {
        set(address, leases.length == 1 ? leases[0] : leases);
    }

    /** Takes out all leases on this address. For the one writer. */
    void remove(ClientAddress address) {
        clear(address);
    }

    @Override
    ClientAddress keyOf(Object there) {
        return there instanceof Lease lease ? lease.address() : ((Lease[]) there)[0].address();
    }
}
