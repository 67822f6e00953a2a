package org.scpbeforerelay.sign;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.UserName;

/**
 * The signs of leases at one moment. Made for one listing, by one thread: leases in the order of the book cost a look at each
 * address, and one at each user.
 */
public final class Signs {
    private final LeaseBook book;
    private final Trails trails;
    private final SharedTerms terms;
    private final Moment now;
    private @Nullable UserName lastUser;
    private int ipv4Places;
    private int ipv6Places;

    public Signs(LeaseBook book, Trails trails, SharedTerms terms, Moment now) {
        this.book = book;
        this.trails = trails;
        this.terms = terms;
        this.now = now;
    }

    /** What is odd about this lease; nothing about one that has ended. */
    public List<Sign> of(Lease lease) {
        if (!lease.activeAt(now)) {
            return List.of();
        }
        List<Sign> signs = new ArrayList<>();
        List<UserName> others = Company.others(Arrays.asList(book.at(lease.address())), lease.user(), now);
        if (!others.isEmpty()) {
            signs.add(new Sign.Shared(others));
        }
        Trail trail = trails.of(lease.key());
        if (trail.moved() != null) {
            signs.add(trail.moved());
        }
        ClientAddress farSide = trail.farSide();
        if (farSide != null) {
            signs.add(new Sign.BehindNat(farSide));
        }
        int changes = trail.changesWithinAnHour(now);
        if (changes >= Trail.CHANGES_MANY) {
            signs.add(new Sign.Changing(changes));
        }
        AddressFamily family = lease.key().family();
        int places = places(lease.user(), family);
        if (places >= terms.manyAddresses()) {
            signs.add(new Sign.ManyAddresses(lease.user(), family, places));
        }
        return signs.isEmpty() ? List.of() : signs;
    }

    private int places(UserName user, AddressFamily family) {
        if (!user.equals(lastUser)) {
            lastUser = user;
            ipv4Places =
                    Company.places(book.of(user), AddressFamily.IPV4, null, now).size();
            ipv6Places =
                    Company.places(book.of(user), AddressFamily.IPV6, null, now).size();
        }
        return family == AddressFamily.IPV4 ? ipv4Places : ipv6Places;
    }
}
