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
 * with the first (nor with somebody else's behind the same address). A lease that stood before the first connection known
 * here may have others, from before the daemon's start, and no end of a connection ends it. Bounded: of more than {@value
 * #COUNT_MAX} connections the oldest are forgotten, and their ends then end nothing.
 */
final class OpenLogins {
    static final int COUNT_MAX = 100_000;

    private final LinkedHashMap<String, LeaseKey> byConnection = new LinkedHashMap<>();
    private final Map<LeaseKey, Connections> byLease = new HashMap<>();

    private record Connections(Set<String> names, boolean mayBeOthers) {}

    /** @param stands whether the lease is there already */
    synchronized void opened(LeaseKey lease, String connection, boolean stands) {
        forget(connection);
        byConnection.put(connection, lease);
        byLease.computeIfAbsent(lease, unseen -> new Connections(new HashSet<>(), stands))
                .names()
                .add(connection);
        if (byConnection.size() > COUNT_MAX) {
            forget(byConnection.firstEntry().getKey());
        }
    }

    /** The lease whose last open connection this was; null for any other. */
    synchronized @Nullable LeaseKey closed(String connection) {
        LeaseKey lease = byConnection.get(connection);
        Connections connections = lease == null ? null : byLease.get(lease);
        forget(connection);
        return connections != null && connections.names().isEmpty() && !connections.mayBeOthers() ? lease : null;
    }

    private void forget(String connection) {
        LeaseKey lease = byConnection.remove(connection);
        Connections connections = lease == null ? null : byLease.get(lease);
        if (connections != null) {
            connections.names().remove(connection);
            if (connections.names().isEmpty()) {
                byLease.remove(lease);
            }
        }
    }
}
