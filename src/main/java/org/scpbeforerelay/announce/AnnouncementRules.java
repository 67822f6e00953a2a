package org.scpbeforerelay.announce;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.address.SpecialNetwork;
import org.scpbeforerelay.announce.Announcement.Hold;
import org.scpbeforerelay.announce.Verdict.Granted;
import org.scpbeforerelay.announce.Verdict.Refused;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;

/**
 * Judges announcements. A pure function: the same announcement, roster, terms, leases and moment give the same verdict.
 *
 * <p>An address is leased only when the way it came in proves it, or when the user's allowance takes the claim at its word, or
 * by the operator's hand. All addresses of an announcement are granted, or none.
 */
public final class AnnouncementRules {
    private AnnouncementRules() {}

    /** The user's leases as the judge must see them, those included that this batch of work has already judged. */
    public interface StandingLeases {
        /** The leases of the announcing user, active or not. */
        Iterable<Lease> ofUser();

        /** The lease in this place, active or not; null when there is none. */
        @Nullable
        Lease in(LeaseKey key);
    }

    /** Judges one announcement. */
    public static Verdict judge(
            Announcement announcement, Roster roster, LeaseTerms terms, StandingLeases standing, Moment now) {
        Allowance allowance = roster.allowance(announcement.principal().user(), announcement.source());
        if (allowance == null || !allowance.enabled()) {
            return new Refused(
                    RefusalCode.DISABLED,
                    "user " + announcement.principal().user()
                            + (allowance == null ? " is not known here" : " is disabled")
                            + "; ask the operator of this host");
        }
        Refused badProof = judgeProof(announcement, allowance, roster, now);
        if (badProof != null) {
            return badProof;
        }
        if (announcement.termMs() > terms.maxTermMs()) {
            return new Refused(
                    RefusalCode.TERM_TOO_LONG,
                    "a term of " + announcement.termMs() / 1000 + " s was asked for; the longest here is "
                            + terms.maxTermMs() / 1000 + " s");
        }
        Addresses addresses = new Addresses(announcement, allowance, terms);
        for (Claim claim : announcement.claims()) {
            Refused refused = addresses.add(claim);
            if (refused != null) {
                return refused;
            }
        }
        Refused tooMany = judgeDevices(announcement, allowance, standing, now);
        if (tooMany != null) {
            return tooMany;
        }
        return grant(announcement, allowance, terms, addresses, standing, now);
    }

    private static @Nullable Refused judgeProof(
            Announcement announcement, Allowance allowance, Roster roster, Moment now) {
        Roster.Proof proof = roster.provenBy(allowance, announcement.proof(), now.wallMs());
        boolean expired = proof != Roster.Proof.STANDS || now.wallMs() >= announcement.notAfterMs();
        if (!expired) {
            return null;
        }
        String what = proof == Roster.Proof.GONE ? "is no longer a key of " + allowance.user() : "has expired";
        return new Refused(
                RefusalCode.KEY_EXPIRED,
                "the key " + announcement.proof() + " " + what + "; ask the operator of this host to add a new one");
    }

    private static @Nullable Refused judgeDevices(
            Announcement announcement, Allowance allowance, StandingLeases standing, Moment now) {
        DeviceName device = announcement.principal().device();
        Set<DeviceName> others = new TreeSet<>();
        for (Lease lease : standing.ofUser()) {
            if (lease.activeAt(now) && !lease.device().equals(device)) {
                others.add(lease.device());
            }
        }
        if (others.size() < allowance.devices()) {
            return null;
        }
        return new Refused(
                RefusalCode.TOO_MANY_DEVICES,
                others.size() + " devices of " + allowance.user() + " have a lease already ("
                        + String.join(
                                ", ",
                                others.stream().limit(8).map(DeviceName::text).toList())
                        + "), which is the most allowed; revoke one or wait for its end");
    }

    private static Verdict grant(
            Announcement announcement,
            Allowance allowance,
            LeaseTerms terms,
            Addresses addresses,
            StandingLeases standing,
            Moment now) {
        long spokenAtMs = Math.min(announcement.spokenAtMs(), now.wallMs());
        long termMs = announcement.hold() != Hold.NONE
                ? terms.holdGraceMs()
                : Math.min(announcement.termMs() > 0 ? announcement.termMs() : allowance.termMs(), terms.maxTermMs());
        long expiresAtMs = Math.min(spokenAtMs + termMs, announcement.notAfterMs());
        Long keyExpiresAtMs = allowance.keys().get(announcement.proof());
        if (keyExpiresAtMs != null) {
            expiresAtMs = Math.min(expiresAtMs, keyExpiresAtMs);
        }
        List<Lease> leases = new ArrayList<>();
        for (ClientAddress address : addresses.byFamily.values()) {
            int prefixLength = address.isIpv4() ? 32 : allowance.prefix6();
            LeaseKey key = LeaseKey.of(announcement.principal(), address, announcement.source());
            Lease fresh = new Lease(
                    key,
                    address.masked(prefixLength),
                    prefixLength,
                    announcement.source(),
                    announcement.hold() != Hold.NONE,
                    announcement.proof(),
                    now.wallMs(),
                    now.wallMs(),
                    expiresAtMs,
                    now.monotonicMs() + (expiresAtMs - now.wallMs()));
            Lease former = standing.in(key);
            boolean goesOn = former != null && former.activeAt(now) && samePlace(former, fresh);
            if (!goesOn && announcement.hold() == Hold.KEEP) {
                return new Refused(
                        RefusalCode.ADDRESS_NOT_YOURS,
                        "the lease that this connection held on " + fresh.addressText()
                                + " was revoked, has ended or was taken over; connect again to get a new one");
            }
            leases.add(former != null && goesOn ? renewal(fresh, former) : fresh);
        }
        return new Granted(leases, addresses.notes);
    }

    private static boolean samePlace(Lease former, Lease fresh) {
        return former.address().equals(fresh.address()) && former.prefixLength() == fresh.prefixLength();
    }

    /**
     * The lease to write over {@code former}, which is active on the same address. It was granted when it was first granted,
     * and no renewal takes away what an earlier answer promised to the same key, or what the operator gave. The operator's
     * own word always stands as it is spoken.
     */
    private static Lease renewal(Lease fresh, Lease former) {
        boolean formerIsLonger = former.expiresAtMs() > fresh.expiresAtMs() && fresh.source() != LeaseSource.OPERATOR;
        boolean operatorsWord = formerIsLonger && former.source() == LeaseSource.OPERATOR;
        boolean keepsEnd = operatorsWord || formerIsLonger && former.proof().equals(fresh.proof());
        return new Lease(
                fresh.key(),
                fresh.address(),
                fresh.prefixLength(),
                operatorsWord ? former.source() : fresh.source(),
                fresh.held(),
                operatorsWord ? former.proof() : fresh.proof(),
                former.grantedAtMs(),
                fresh.renewedAtMs(),
                keepsEnd ? former.expiresAtMs() : fresh.expiresAtMs(),
                keepsEnd ? former.deadlineMs() : fresh.deadlineMs());
    }

    /** The addresses of one announcement, judged one by one. */
    private static final class Addresses {
        private final Announcement announcement;
        private final Allowance allowance;
        private final LeaseTerms terms;
        private final Map<AddressFamily, ClientAddress> byFamily = new EnumMap<>(AddressFamily.class);
        private final List<String> notes = new ArrayList<>();

        Addresses(Announcement announcement, Allowance allowance, LeaseTerms terms) {
            this.announcement = announcement;
            this.allowance = allowance;
            this.terms = terms;
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
            if (claimed.isUnspecified()) {
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
                        RefusalCode.ADDRESS_MALFORMED,
                        "'auto' needs a connection whose address can be seen; write it out");
            }
            if (proven.isUnspecified()) {
                return new Refused(RefusalCode.ADDRESS_NOT_ALLOWED, proven + " is no host's address");
            }
            String odd = terms.hostAddresses().contains(proven)
                    ? "an address of this host itself or its gateway: you came through a tunnel or a proxy"
                    : SpecialNetwork.of(proven).map(SpecialNetwork::description).orElse(null);
            if (odd != null && announcement.source() != LeaseSource.OPERATOR && !isSpecialAllowed(proven)) {
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

        private boolean mayClaim(ClientAddress address) {
            return contains(allowance.mayAnnounce(), address);
        }

        private boolean isSpecialAllowed(ClientAddress address) {
            return contains(terms.specialNetworks(), address) || mayClaim(address);
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
}
