package org.scpbeforerelay.source.ssh;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.scpbeforerelay.address.Network;

/**
 * What the endpoint must be told before it starts.
 *
 * @param listen where to listen; port 0 takes a free one
 * @param hostKeys the folder of the host keys; they are made there when there are none
 * @param loginGrace how long a connection may take to prove who it is
 * @param maxUnauthenticated how many connections may be about to prove it at once; from one address (IPv6: one /64 or /56) a
 *     tenth of that, from one IPv6 /48 a fifth, at least 1
 * @param maxFailedLoginsPerMinute how many connections of one address (IPv6: one /64) may exchange keys and fail to prove it in a
 *     minute before more of them are turned away
 * @param maxConnectionsPerUser how many connections a user may have at once, under all login names together
 * @param identification what the endpoint calls itself. It must begin with {@code OpenSSH}: only then OpenSSH's client says at
 *     once that {@code ssh -N} will open no channel
 * @param proxies whose connections begin with the header of the PROXY protocol; that of others is never understood
 */
public record EndpointSettings(
        List<InetSocketAddress> listen,
        Path hostKeys,
        Duration loginGrace,
        int maxUnauthenticated,
        int maxFailedLoginsPerMinute,
        int maxConnectionsPerUser,
        String identification,
        List<Network> proxies) {
    /** How the endpoint is called if nothing else is said; RFC 4253 section 4.2 allows neither blanks nor minus signs. */
    public static final String IDENTIFICATION = "OpenSSH_compatible_scp_before_relay";

    public EndpointSettings {
        listen = List.copyOf(listen);
        proxies = List.copyOf(proxies);
        if (maxUnauthenticated < 1 || maxFailedLoginsPerMinute < 1 || maxConnectionsPerUser < 1) {
            throw new IllegalArgumentException("limits are at least 1");
        }
    }

    /** The settings of the contract, for these addresses and this folder. */
    public static EndpointSettings defaults(List<InetSocketAddress> listen, Path hostKeys) {
        return new EndpointSettings(listen, hostKeys, Duration.ofSeconds(20), 200, 60, 1024, IDENTIFICATION, List.of());
    }

    /** Whether no IPv6 address is listened on: Java's listener on {@code 0.0.0.0} takes IPv6 all the same. */
    boolean isIpv4Only() {
        return listen.stream().allMatch(address -> address.getAddress() instanceof Inet4Address);
    }
}
