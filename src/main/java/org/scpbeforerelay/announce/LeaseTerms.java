package org.scpbeforerelay.announce;

import java.util.List;
import java.util.Set;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
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
}
