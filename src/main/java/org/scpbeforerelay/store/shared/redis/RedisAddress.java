package org.scpbeforerelay.store.shared.redis;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the engine is.
 *
 * @param hosts the server itself; or Sentinels, any of which says where it is
 * @param master the name under which Sentinels know the server; null where {@code hosts} is the server
 * @param tls whether servers and Sentinels speak TLS
 * @param authorities a file of certificates in PEM that sign theirs; null for those that Java knows
 * @param user of the ACL; null for the default user
 * @param password null for none; Sentinels are not given it
 */
public record RedisAddress(
        List<Place> hosts,
        @Nullable String master,
        boolean tls,
        @Nullable Path authorities,
        @Nullable String user,
        @Nullable String password,
        int database) {
    /** A server or Sentinel. */
    public record Place(String host, int port) {
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    public RedisAddress {
        hosts = List.copyOf(hosts);
    }

    /** Without user and password. */
    @Override
    public String toString() {
        String where = String.join(",", hosts.stream().map(Place::toString).toList());
        return "redis at " + where + (master == null ? "" : " (" + master + ")") + (tls ? " by TLS" : "");
    }
}
