package org.scpbeforerelay.announce;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.address.SpecialNetwork;
import org.scpbeforerelay.announce.Verdict.Refused;
import org.scpbeforerelay.lease.LeaseSource;

/** The addresses of one announcement, judged claim by claim: at most one of each family comes out. */
final class ClaimedAddresses {
    private final Announcement announcement;
    private final Allowance allowance;
    private final LeaseTerms terms;
    private final Map<AddressFamily, ClientAddress> byFamily = new EnumMap<>(AddressFamily.class);
    private final List<String> notes = new ArrayList<>();
    private @Nullable ClientAddress farSide;

    ClaimedAddresses(Announcement announcement, Allowance allowance, LeaseTerms terms) {
        this.announcement = announcement;
        this.allowance = allowance;
        this.terms = terms;
    }

    /** What may be leased, IPv4 first. */
    Collection<ClientAddress> addresses() {
        return byFamily.values();
    }

    /** What the client should know besides, a sentence each. */
    List<String> notes() {
        return notes;
    }

    /** The address from the far side of a NAT that was claimed; null when none was. */
    @Nullable
    ClientAddress farSide() {
        return farSide;
    }

    /**
     * How much around this address is leased: 32 or 128 bits for itself alone, or 64 where the user has whole networks and
     * every address in this one could have been leased by itself.
     */
    int prefixLength(ClientAddress address) {
        if (address.isIpv4() || allowance.prefix6() == 128) {
            return address.family().bits();
        }
        if (mayLeaseNetwork(Network.around(address, allowance.prefix6()), address)) {
            return allowance.prefix6();
        }
        notes.add("only " + address + " is leased and not its /" + allowance.prefix6()
                + ": addresses of this host or beyond what you may announce lie in that network");
        return 128;
    }

    private boolean mayLeaseNetwork(Network network, ClientAddress address) {
        if (announcement.source() == LeaseSource.OPERATOR) {
            return true;
        }
        if (within(allowance.mayAnnounce(), network)) {
            return true;
        }
        boolean own = address.equals(announcement.provenAddress());
        if (own && within(terms.specialNetworks(), network)) {
            return true;
        }
        return own
                && SpecialNetwork.of(address).isEmpty()
                && terms.hostAddresses().stream().noneMatch(network::contains);
    }

    private static boolean within(List<Network> networks, Network inner) {
        return networks.stream()
                .anyMatch(outer -> outer.prefixLength() <= inner.prefixLength() && outer.contains(inner.base()));
    }

    /** Takes one claim in; says why not where it may not be. */
    @Nullable
    Refused add(Claim claim) {
        return switch (claim) {
            case Claim.Own own -> addProven();
            case Claim.Address claimed -> addClaimed(claimed.address());
        };
    }

    private @Nullable Refused addClaimed(ClientAddress claimed) {
        if (isNever(claimed)) {
            return new Refused(
                    RefusalCode.ADDRESS_NOT_ALLOWED, claimed + " is no host's address: it can never be leased");
        }
        if (claimed.equals(announcement.provenAddress())) {
            return addProven();
        }
        if (announcement.source() == LeaseSource.OPERATOR || mayClaim(claimed)) {
            return place(claimed);
        }
        Optional<SpecialNetwork> special = SpecialNetwork.of(claimed);
        if (special.isPresent() && special.get().farSideOfNat() && announcement.provenAddress() != null) {
            if (terms.shared().refuseBehindNat()) {
                return new Refused(
                        RefusalCode.ADDRESS_NOT_ALLOWED,
                        "you announced " + claimed + ", " + special.get().description()
                                + ", so you are behind a NAT, and [shared] behind_nat of this host refuses addresses that"
                                + " others behind the same NAT come from; ask its operator");
            }
            farSide = claimed;
            notes.add(claimed + " is " + special.get().description()
                    + ": you are behind a NAT, and your connection's own address was taken, "
                    + announcement.provenAddress());
            return addProven();
        }
        return new Refused(
                RefusalCode.ADDRESS_NOT_YOURS,
                announcement.provenAddress() == null
                        ? claimed + " is outside the networks that " + allowance.user() + " may announce"
                        : "you announced " + claimed + " but came from " + announcement.provenAddress()
                                + "; announce that one, or nothing, or 'auto'");
    }

    private @Nullable Refused addProven() {
        ClientAddress proven = announcement.provenAddress();
        if (proven == null) {
            return new Refused(
                    RefusalCode.ADDRESS_MALFORMED, "'auto' needs a connection whose address can be seen; write it out");
        }
        if (isNever(proven)) {
            return new Refused(RefusalCode.ADDRESS_NOT_ALLOWED, proven + " is no host's address");
        }
        String odd = terms.oddity(proven);
        if (odd != null && announcement.source() != LeaseSource.OPERATOR && !terms.allows(proven, allowance)) {
            return new Refused(
                    RefusalCode.ADDRESS_NOT_ALLOWED,
                    "your connection's own address " + proven + " is " + odd
                            + "; the operator may allow it in special_networks");
        }
        return place(proven);
    }

    private @Nullable Refused place(ClientAddress address) {
        ClientAddress former = byFamily.putIfAbsent(address.family(), address);
        if (former != null && !former.equals(address)) {
            return new Refused(
                    RefusalCode.ADDRESS_MALFORMED,
                    "two " + (address.isIpv4() ? "IPv4" : "IPv6") + " addresses (" + former + " and " + address
                            + "): a device has one; announce other machines as devices of their own");
        }
        return null;
    }

    /** What nobody may lease, not by the operator's hand either: 0.0.0.0/8 and {@code ::} are where no packet comes from. */
    private static boolean isNever(ClientAddress address) {
        return SpecialNetwork.of(address)
                .filter(SpecialNetwork.UNSPECIFIED::equals)
                .isPresent();
    }

    private boolean mayClaim(ClientAddress address) {
        return contains(allowance.mayAnnounce(), address);
    }

    private static boolean contains(List<Network> networks, ClientAddress address) {
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
