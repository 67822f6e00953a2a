package org.scpbeforerelay.address;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Networks whose addresses do not name one host of the public Internet, after the IANA IPv4 and IPv6 Special-Purpose Address
 * Registries (RFC 6890 and its updates). A lease on such an address is a lease for whoever sits there too, so it needs the
 * operator's word ({@code special_networks} or {@code may_announce}).
 */
public enum SpecialNetwork {
    UNSPECIFIED("an unspecified address", false, "0.0.0.0/8", "::/128"),
    LOOPBACK("a loopback address", true, "127.0.0.0/8", "::1/128"),
    PRIVATE("a private address", true, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
    CARRIER_NAT("a carrier-NAT address", true, "100.64.0.0/10"),
    LINK_LOCAL("a link-local address", false, "169.254.0.0/16", "fe80::/10"),
    MULTICAST("a multicast address", false, "224.0.0.0/4", "ff00::/8"),
    BROADCAST("the broadcast address", false, "255.255.255.255/32"),
    DOCUMENTATION(
            "an address of a documentation network",
            false,
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "2001:db8::/32",
            "3fff::/20"),
    BENCHMARK("an address of a benchmark network", false, "198.18.0.0/15", "2001:2::/48"),
    RESERVED(
            "a reserved address",
            false,
            "192.0.0.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.175.48.0/24",
            "240.0.0.0/4",
            "::/8",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "100:0:0:1::/64",
            "2001::/23",
            "2002::/16",
            "2620:4f:8000::/48",
            "5f00::/16");

    /**
     * The first 16 bits of special addresses, those of IPv4 behind those of IPv6: an answer to a mail server shall not go
     * through 40 networks.
     */
    private static final BitSet BEGINNINGS = beginnings();

    private static final int BEGINNING_BITS = 16;

    private final String description;
    private final boolean farSideOfNat;
    private final List<Network> networks;

    SpecialNetwork(String description, boolean farSideOfNat, String... networks) {
        this.description = description;
        this.farSideOfNat = farSideOfNat;
        this.networks = List.of(networks).stream().map(SpecialNetwork::network).toList();
    }

    /** What an address of this kind is, with its article: {@code a private address}. */
    public String description() {
        return description;
    }

    /** Whether a client that believes to have such an address simply sits behind a NAT: loopback, private, carrier NAT. */
    public boolean farSideOfNat() {
        return farSideOfNat;
    }

    public List<Network> networks() {
        return networks;
    }

    /** The kind of special address that this is; empty for an ordinary public one. */
    public static Optional<SpecialNetwork> of(ClientAddress address) {
        if (!BEGINNINGS.get(beginning(address))) {
            return Optional.empty();
        }
        for (SpecialNetwork special : values()) {
            for (Network network : special.networks) {
                if (network.contains(address)) {
                    return Optional.of(special);
                }
            }
        }
        return Optional.empty();
    }

    private static BitSet beginnings() {
        BitSet beginnings = new BitSet(2 << BEGINNING_BITS);
        for (SpecialNetwork special : values()) {
            for (Network network : special.networks) {
                int first = beginning(network.base());
                beginnings.set(first, first + (1 << Math.max(0, BEGINNING_BITS - network.prefixLength())));
            }
        }
        return beginnings;
    }

    private static int beginning(ClientAddress address) {
        return address.isIpv4()
                ? (1 << BEGINNING_BITS) + (int) (address.low() >>> 16 & 0xffff)
                : (int) (address.high() >>> 48);
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (AddressSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
