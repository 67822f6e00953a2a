package org.scpbeforerelay.announce;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.address.SpecialNetwork;
import org.scpbeforerelay.announce.Announcement.Hold;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.sign.Departure;

/**
 * The rules of the contract a second time, in the order of its sentences and without regard to speed or kind words: what the
 * real judge is compared with. Says {@code refused CODE} or the leases as text.
 */
record NaiveJudge(
        Announcement said,
        Roster roster,
        LeaseTerms terms,
        List<Lease> standing,
        Map<ClientAddress, Departure> departures,
        Moment now) {
    String verdict() {
        Allowance user = roster.allowances().get(said.principal().user());
        boolean stranger = user == null && roster.strangers() != null && said.source() == LeaseSource.LOGIN_LOG;
        if (!stranger && (user == null || !user.enabled())) {
            return "refused disabled";
        }
        if (!keyIsGood(user)) {
            return "refused key-expired";
        }
        if (said.termMs() > terms.maxTermMs()) {
            return "refused term-too-long";
        }
        TreeMap<String, ClientAddress> taken = new TreeMap<>();
        for (Claim claim : said.claims()) {
            String refusal = take(claim, user, taken);
            if (refusal != null) {
                return "refused " + refusal;
            }
        }
        if (othersWithLeases().size() >= (user == null ? 8 : user.devices())) {
            return "refused too-many-devices";
        }
        return leases(user, taken);
    }

    private boolean keyIsGood(@Nullable Allowance user) {
        if (now.wallMs() >= said.notAfterMs()) {
            return false;
        }
        if (said.proof().isEmpty() || roster.authorities().contains(said.proof())) {
            return true;
        }
        return user != null
                && user.keys().containsKey(said.proof())
                && user.keys().get(said.proof()) > now.wallMs();
    }

    private @Nullable String take(Claim claim, @Nullable Allowance user, TreeMap<String, ClientAddress> taken) {
        ClientAddress own = said.provenAddress();
        ClientAddress address = claim instanceof Claim.Address written ? written.address() : own;
        if (address == null) {
            return "address-malformed";
        }
        if (never(address)) {
            return "address-not-allowed";
        }
        boolean operator = said.source() == LeaseSource.OPERATOR;
        boolean mayClaim = user != null && inAny(user.mayAnnounce(), address);
        if (!address.equals(own) && !operator && !mayClaim) {
            SpecialNetwork kind = SpecialNetwork.of(address).orElse(null);
            boolean far = kind == SpecialNetwork.PRIVATE
                    || kind == SpecialNetwork.LOOPBACK
                    || kind == SpecialNetwork.CARRIER_NAT;
            if (!far || own == null) {
                return "address-not-yours";
            }
            if (terms.shared().refuseBehindNat()) {
                return "address-not-allowed";
            }
            address = own;
            mayClaim = user != null && inAny(user.mayAnnounce(), own);
            if (never(own)) {
                return "address-not-allowed";
            }
        }
        boolean odd =
                SpecialNetwork.of(address).isPresent() || terms.hostAddresses().contains(address);
        if (address.equals(own) && odd && !operator && !mayClaim && !inAny(terms.specialNetworks(), address)) {
            return "address-not-allowed";
        }
        ClientAddress other = taken.putIfAbsent(address.family().text(), address);
        return other == null || other.equals(address) ? null : "address-malformed";
    }

    private static boolean never(ClientAddress address) {
        return address.toString().startsWith("0.") || address.toString().equals("::");
    }

    private Set<String> othersWithLeases() {
        Set<String> others = new TreeSet<>();
        for (Lease lease : standing) {
            if (isMine(lease)
                    && stands(lease)
                    && !lease.device().equals(said.principal().device())) {
                others.add(lease.device().text());
            }
        }
        return others;
    }

    private boolean stands(Lease lease) {
        return lease.expiresAtMs() > now.wallMs() && lease.deadlineMs() > now.monotonicMs();
    }

    private String leases(@Nullable Allowance user, TreeMap<String, ClientAddress> taken) {
        long spoken = said.spokenAtMs() > now.wallMs() ? now.wallMs() : said.spokenAtMs();
        long term = said.termMs() > 0 ? said.termMs() : user == null ? strangersTerm() : user.termMs();
        if (said.hold() != Hold.NONE) {
            term = terms.holdGraceMs();
        }
        long end = spoken + Math.min(term, terms.maxTermMs());
        end = Math.min(end, said.notAfterMs());
        if (user != null && user.keys().containsKey(said.proof())) {
            end = Math.min(end, user.keys().get(said.proof()));
        }
        if (end <= now.wallMs()) {
            return "refused address-not-yours";
        }
        List<String> leases = new ArrayList<>();
        for (ClientAddress address : taken.values()) {
            if (isOutOfPlace(user, address)) {
                String lease = lease(user, address, spoken, end);
                return "refused " + (lease == null ? "address-not-yours" : "address-not-allowed");
            }
            String lease = lease(user, address, spoken, end);
            if (lease == null) {
                return "refused address-not-yours";
            }
            leases.add(lease);
        }
        return "granted " + leases;
    }

    private boolean isMine(Lease lease) {
        return lease.user().equals(said.principal().user());
    }

    /** By the rules about shared addresses: of an address that the principal does not have yet. */
    private boolean isOutOfPlace(@Nullable Allowance user, ClientAddress address) {
        Lease former = former(address);
        boolean there = former != null && former.network().equals(network(user, address));
        return !there
                && said.source() != LeaseSource.OPERATOR
                && (isCrowded(address) || isOneTooMany(address) || isAnothersYet(address));
    }

    private boolean isCrowded(ClientAddress address) {
        int most = terms.shared().maxUsers();
        return most > 0
                && standing.stream()
                                .filter(lease -> !isMine(lease) && stands(lease) && lease.covers(address))
                                .map(Lease::user)
                                .distinct()
                                .count()
                        >= most;
    }

    private boolean isOneTooMany(ClientAddress address) {
        int most = terms.shared().maxAddresses();
        int bits = address.isIpv4() ? 32 : 64;
        Set<Network> places = new TreeSet<>(java.util.Comparator.comparing(Network::toString));
        for (Lease lease : standing) {
            boolean replaced = lease.key().equals(LeaseKey.of(said.principal(), address, said.source()));
            if (isMine(lease) && stands(lease) && !replaced && lease.address().isIpv4() == address.isIpv4()) {
                places.add(Network.around(lease.address(), bits));
            }
        }
        int before = places.size();
        places.add(Network.around(address, bits));
        return most > 0 && before >= most && places.size() > before;
    }

    private boolean isAnothersYet(ClientAddress address) {
        Departure last = departures.get(address);
        return terms.shared().refuseMoved()
                && last != null
                && !last.user().equals(said.principal().user())
                && now.monotonicMs() - last.atMs() < terms.shared().movedWithinMs()
                && standing.stream()
                        .noneMatch(lease -> lease.user().equals(last.user()) && stands(lease) && lease.covers(address));
    }

    private long strangersTerm() {
        return roster.strangers() == null ? 0 : roster.strangers().termMs();
    }

    private @Nullable Lease former(ClientAddress address) {
        Lease former = null;
        for (Lease lease : standing) {
            boolean here = lease.principal().equals(said.principal())
                    && lease.key().family() == address.family()
                    && (said.source() == LeaseSource.LOGIN_LOG
                            ? address.equals(lease.key().loginAddress())
                            : lease.key().loginAddress() == null);
            former = here && stands(lease) ? lease : former;
        }
        return former;
    }

    private @Nullable String lease(@Nullable Allowance user, ClientAddress address, long spoken, long end) {
        Network network = network(user, address);
        Lease former = former(address);
        if (former == null || !former.network().equals(network)) {
            boolean late = former != null && spoken < former.renewedAtMs() && former.renewedAtMs() <= now.wallMs();
            return said.hold() == Hold.KEEP || late
                    ? null
                    : text(
                            network,
                            said.source(),
                            said.proof(),
                            spoken,
                            spoken,
                            end,
                            now.monotonicMs() + end - now.wallMs());
        }
        boolean future = former.renewedAtMs() > now.wallMs();
        long granted = future ? Math.min(former.grantedAtMs(), spoken) : former.grantedAtMs();
        long renewed = future ? spoken : Math.max(spoken, former.renewedAtMs());
        long formerLeft = Math.min(former.expiresAtMs() - now.wallMs(), former.deadlineMs() - now.monotonicMs());
        boolean bound = former.proof().equals(said.proof()) || former.source() == LeaseSource.OPERATOR;
        if (said.source() == LeaseSource.OPERATOR || formerLeft <= end - now.wallMs() || !bound) {
            return text(
                    network,
                    said.source(),
                    said.proof(),
                    granted,
                    renewed,
                    end,
                    now.monotonicMs() + end - now.wallMs());
        }
        boolean his = former.source() == LeaseSource.OPERATOR;
        long keptEnd = future ? now.wallMs() + formerLeft : former.expiresAtMs();
        return text(
                network,
                his ? LeaseSource.OPERATOR : said.source(),
                his ? former.proof() : said.proof(),
                granted,
                renewed,
                keptEnd,
                former.deadlineMs());
    }

    private Network network(@Nullable Allowance user, ClientAddress address) {
        int single = address.isIpv4() ? 32 : 128;
        if (address.isIpv4() || user == null || user.prefix6() == 128) {
            return Network.around(address, single);
        }
        Network whole = Network.around(address, 64);
        boolean own = address.equals(said.provenAddress());
        boolean free = own
                && SpecialNetwork.of(address).isEmpty()
                && terms.hostAddresses().stream()
                        .noneMatch(host -> host.masked(64).equals(address.masked(64)));
        boolean may = said.source() == LeaseSource.OPERATOR
                || inAll(user.mayAnnounce(), whole)
                || own && inAll(terms.specialNetworks(), whole)
                || free;
        return may ? whole : Network.around(address, single);
    }

    private String text(
            Network network, LeaseSource source, String proof, long granted, long renewed, long end, long deadline) {
        return network + " " + source.text() + " " + (said.hold() != Hold.NONE) + " " + proof + " " + granted + " "
                + renewed + " " + end + " " + deadline;
    }

    static String text(Lease lease) {
        return lease.network() + " " + lease.source().text() + " " + lease.held() + " " + lease.proof() + " "
                + lease.grantedAtMs() + " " + lease.renewedAtMs() + " " + lease.expiresAtMs() + " "
                + lease.deadlineMs();
    }

    private static boolean inAny(List<Network> networks, ClientAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static boolean inAll(List<Network> networks, Network whole) {
        ClientAddress last = new ClientAddress(whole.base().high(), -1);
        return networks.stream().anyMatch(network -> network.contains(whole.base()) && network.contains(last));
    }
}
