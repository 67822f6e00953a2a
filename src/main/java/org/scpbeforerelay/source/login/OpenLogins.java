package org.scpbeforerelay.source.login;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.LeaseKey;

/**
 * The connections that are open, as far as the logs tell: a lease may end with the last one of its user on its address, and not
 * with the first (nor with somebody else's behind the same address). Bounded: of more than {@value #COUNT_MAX} the oldest are
 * forgotten, and their ends then end nothing.
 */
final class OpenLogins {
    static final int COUNT_MAX = 100_000;

    private final LinkedHashMap<String, LeaseKey> byConnection = new LinkedHashMap<>();
    private final Map<LeaseKey, Set<String>> byLease = new HashMap<>();

    synchronized void opened(LeaseKey lease, String connection) {
        forget(connection);
        byConnection.put(connection, lease);
        byLease.computeIfAbsent(lease, unseen -> new HashSet<>()).add(connection);
        if (byConnection.size() > COUNT_MAX) {
            forget(byConnection.firstEntry().getKey());
        }
    }

    /** The lease whose last open connection this was; null for any other. */
    synchronized @Nullable LeaseKey closed(String connection) {
        LeaseKey lease = forget(connection);
        return lease == null || byLease.containsKey(lease) ? null : lease;
    }

    private @Nullable LeaseKey forget(String connection) {
        LeaseKey lease = byConnection.remove(connection);
        Set<String> others = lease == null ? null : byLease.get(lease);
        if (lease != null && others != null) {
            others.remove(connection);
            if (others.isEmpty()) {
                byLease.remove(lease);
            }
        }
        return lease;
    }
}
