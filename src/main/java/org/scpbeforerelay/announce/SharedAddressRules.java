package org.scpbeforerelay.announce;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.AnnouncementRules.StandingLeases;
import org.scpbeforerelay.announce.Verdict.Refused;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.sign.Company;
import org.scpbeforerelay.sign.Departure;
import org.scpbeforerelay.sign.SharedTerms;

/**
 * What {@code [shared]} refuses of an address that a principal does not have yet. Who is there stays there: a renewal is never
 * refused by these, or those who share an address would throw each other out. Nor is the operator's hand, who sees the signs.
 *
 * <p>The reason names the setting and never another user: it goes to the client.
 */
final class SharedAddressRules {
    private SharedAddressRules() {}

    /** Null when nothing is against it. */
    static @Nullable Refused judge(
            Announcement announcement,
            ClientAddress address,
            LeaseKey key,
            SharedTerms terms,
            StandingLeases standing,
            Moment now) {
        if (announcement.source() == LeaseSource.OPERATOR) {
            return null;
        }
        UserName user = announcement.principal().user();
        if (terms.maxUsers() > 0) {
            int others = Company.others(standing.at(address), user, now).size();
            if (others >= terms.maxUsers()) {
                return refused(address + " is leased to as many other users already as [shared] max_users = "
                        + terms.maxUsers() + " of this host allows on one address; try again when a lease has ended");
            }
        }
        if (terms.maxAddresses() > 0) {
            Set<ClientAddress> places = Company.places(standing.ofUser(), address.family(), key, now);
            if (places.size() >= terms.maxAddresses() && !places.contains(Company.place(address))) {
                boolean ipv4 = address.family() == AddressFamily.IPV4;
                return refused(user + " has leases at " + places.size() + (ipv4 ? " IPv4 addresses" : " IPv6 networks")
                        + " already, and [shared] max_addresses = " + terms.maxAddresses()
                        + " of this host allows no more; revoke one or wait for its end");
            }
        }
        if (!terms.refuseMoved()) {
            return null;
        }
        Departure from = Company.movedFrom(standing.departure(address), standing.at(address), user, terms, now);
        return from == null
                ? null
                : refused(
                        "another user had " + address + " until a moment ago, and [shared] moved of this host keeps it "
                                + "from others for a while; try again in "
                                + Math.ceilDiv(terms.movedWithinMs() - from.agoMs(now), 1000) + " s");
    }

    private static Refused refused(String why) {
        return new Refused(RefusalCode.ADDRESS_NOT_ALLOWED, why);
    }
}
