package org.scpbeforerelay.walls.breach.address;

import org.scpbeforerelay.walls.breach.lease.LeaseThatLogs;

/** Breach: a lower layer of the core knows a higher one. */
public final class AddressThatKnowsLeases {
    public LeaseThatLogs lease() {
        return new LeaseThatLogs();
    }
}
