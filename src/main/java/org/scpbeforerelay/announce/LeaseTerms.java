package org.scpbeforerelay.announce;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.address.SpecialNetwork;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.sign.SharedTerms;

/**
 * What the host allows anybody, at one reading of the settings.
 *
 * @param maxTermMs the longest term, in milliseconds
 * @param holdGraceMs how long a held lease lasts after its connection's last sign of life, in milliseconds
 * @param specialNetworks networks of special addresses in which a proven address may be leased
 * @param hostAddresses the relay host's own addresses and its default gateways: a client that seems to come from there
 *     comes through a tunnel or a proxy
 * @param shared what is refused of addresses that several users have, or that change hands
 */
public record LeaseTerms(
        long maxTermMs,
        long holdGraceMs,
        List<Network> specialNetworks,
        Set<ClientAddress> hostAddresses,
        SharedTerms shared) {
    /** With nothing refused for being shared. */
    public LeaseTerms(
            long maxTermMs, long holdGraceMs, List<Network> specialNetworks, Set<ClientAddress> hostAddresses) {
        this(maxTermMs, holdGraceMs, specialNetworks, hostAddresses, SharedTerms.SHOWN);
    }

    public LeaseTerms {
        specialNetworks = List.copyOf(specialNetworks);
        hostAddresses = Set.copyOf(hostAddresses);
    }

    /** What is odd about a client that seems to be at this address, as {@code a private address}; null when nothing is. */
    @Nullable
    String oddity(ClientAddress address) {
        if (hostAddresses.contains(address)) {
            return "an address of this host itself or its gateway: you came through a tunnel or a proxy";
        }
        return SpecialNetwork.of(address).map(SpecialNetwork::description).orElse(null);
    }

    /** Whether the operator lets an odd address be leased to this user. */
    boolean allows(ClientAddress odd, Allowance allowance) {
        return isWithin(specialNetworks, odd) || isWithin(allowance.mayAnnounce(), odd);
    }

    /**
     * Whether a lease counts for this client at this host, whichever host has granted it. Another one does not know this host's
     * own addresses, and here they may have changed since; what an operator granted by hand counts in any case.
     */
    public boolean admits(ClientAddress client, Lease lease, Allowance allowance) {
        return lease.source() == LeaseSource.OPERATOR || oddity(client) == null || allows(client, allowance);
    }

    /** Whether it counts for this host's own addresses too, where it is a network around one. */
    public boolean admitsThroughout(Lease lease, Allowance allowance) {
        return hostAddresses.stream().noneMatch(own -> lease.covers(own) && !admits(own, lease, allowance));
    }

    private static boolean isWithin(List<Network> networks, ClientAddress address) {
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
