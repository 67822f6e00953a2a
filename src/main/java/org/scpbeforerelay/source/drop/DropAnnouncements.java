package org.scpbeforerelay.source.drop;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;

/** What a whole file comes to. Pure. */
sealed interface DropAnnouncements {
    /** How long before a file's time its owner must have logged in, in milliseconds. */
    long LOGIN_BEFORE_MS = 120_000;

    /** To be judged, in this order; one for each address family. */
    record Made(List<Announcement> announcements) implements DropAnnouncements {
        public Made {
            announcements = List.copyOf(announcements);
        }
    }

    /** No login is known yet that proves this address. */
    record Unproven(ClientAddress address) implements DropAnnouncements {}

    /** Nothing of it counts. */
    record Refused(Verdict.Refused why) implements DropAnnouncements {}

    /**
     * Makes the announcements of a file.
     *
     * @param login the account that the directory and the file belong to
     * @param spokenAtMs when the file was written
     */
    static DropAnnouncements of(
            AnnouncementFile file,
            Principal principal,
            Allowance allowance,
            String login,
            DropSettings.Proof proof,
            LoginEvidence evidence,
            long spokenAtMs) {
        return switch (file) {
            case AnnouncementFile.Unreadable unreadable -> new Refused(unreadable.refused());
            case AnnouncementFile.Claims claims -> {
                Map<AddressFamily, ClientAddress> addresses = new EnumMap<>(AddressFamily.class);
                Verdict.Refused refused = gather(claims.claims(), addresses);
                if (refused != null) {
                    yield new Refused(refused);
                }
                List<Announcement> announcements = new ArrayList<>();
                for (ClientAddress address : addresses.values()) {
                    ClientAddress proven = switch (proof) {
                        case ALLOWANCE -> null;
                        case NONE -> address;
                        case SSHD_LOGIN ->
                            evidence.loggedIn(login, address, spokenAtMs - LOGIN_BEFORE_MS, spokenAtMs)
                                    ? address
                                    : null;
                    };
                    boolean allowed = allowance.mayAnnounce().stream().anyMatch(network -> network.contains(address));
                    if (proof == DropSettings.Proof.SSHD_LOGIN && proven == null && !allowed) {
                        yield new Unproven(address);
                    }
                    announcements.add(announcement(principal, address, proven, spokenAtMs));
                }
                yield new Made(announcements);
            }
        };
    }

    private static Verdict.@Nullable Refused gather(List<Claim> claims, Map<AddressFamily, ClientAddress> addresses) {
        for (Claim claim : claims) {
            if (!(claim instanceof Claim.Address(ClientAddress address))) {
                return new Verdict.Refused(
                        RefusalCode.ADDRESS_MALFORMED,
                        "'auto' is for connections to the SSH endpoint: nobody sees where a dropped file comes from;"
                                + " write the address out");
            }
            ClientAddress former = addresses.putIfAbsent(address.family(), address);
            if (former != null && !former.equals(address)) {
                return new Verdict.Refused(
                        RefusalCode.ADDRESS_MALFORMED,
                        "two " + (address.isIpv4() ? "IPv4" : "IPv6") + " addresses (" + former + " and " + address
                                + "): a device has one; write a file for each device");
            }
        }
        return null;
    }

    /** An announcement of one address; without an address, one that is only there to be refused. */
    static Announcement announcement(
            Principal principal, @Nullable ClientAddress address, @Nullable ClientAddress proven, long spokenAtMs) {
        return new Announcement(
                principal,
                LeaseSource.DROP,
                "",
                proven,
                address == null ? List.of() : List.of(new Claim.Address(address)),
                Announcement.Hold.NONE,
                0,
                Announcement.NO_BOUND,
                spokenAtMs);
    }
}
