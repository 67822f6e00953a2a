package org.scpbeforerelay.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;

/** Which leases to revoke. */
public sealed interface Selection {
    /** All leases of a user. */
    record OfUser(UserName user) implements Selection {}

    /** All leases of one device. */
    record OfPrincipal(Principal principal) implements Selection {}

    /** All leases that cover an address, whosever they are. */
    record OnAddress(ClientAddress address) implements Selection {}

    /** One lease. */
    record InPlace(LeaseKey key) implements Selection {}

    /** The leases in the book that are meant. */
    default List<Lease> in(LeaseBook book) {
        List<Lease> chosen = new ArrayList<>();
        switch (this) {
            case OfUser of -> chosen.addAll(book.of(of.user()));
            case OfPrincipal of -> {
                for (Lease lease : book.of(of.principal().user())) {
                    if (lease.principal().equals(of.principal())) {
                        chosen.add(lease);
                    }
                }
            }
            case OnAddress on -> chosen.addAll(List.of(book.at(on.address())));
            case InPlace in -> {
                Lease lease = book.get(in.key());
                if (lease != null) {
                    chosen.add(lease);
                }
            }
        }
        return chosen;
    }

    /** Reads what a person wrote after {@code revoke}: an address, {@code user/device} or {@code user}. */
    static Selection parse(String text) {
        return ClientAddress.tryParse(text)
                .<Selection>map(OnAddress::new)
                .orElseGet(() -> text.contains("/")
                        ? new OfPrincipal(Principal.parse(text.toLowerCase(Locale.ROOT)))
                        : new OfUser(new UserName(text)));
    }
}
