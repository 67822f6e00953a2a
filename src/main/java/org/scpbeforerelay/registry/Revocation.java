package org.scpbeforerelay.registry;

import java.util.List;
import org.scpbeforerelay.lease.Lease;

/**
 * What a revocation did. It always holds in memory at once.
 *
 * @param ended the active leases that it ended
 * @param recorded false: the store did not take it; it is written as soon as the store is back, and until then a restart
 *     could bring the leases back
 */
public record Revocation(List<Lease> ended, boolean recorded) {
    public Revocation {
        ended = List.copyOf(ended);
    }
}
