package org.scpbeforerelay.console;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;

/** Active leases, a page at a time, in the order of users and devices. */
public final class LeaseSearch {
    private final LeaseBook book;
    private final Moment now;

    public LeaseSearch(LeaseBook book, Moment now) {
        this.book = book;
        this.now = now;
    }

    /**
     * Which leases.
     *
     * @param user of this user only; null for all
     * @param text part of a user, device, address or source, or a whole address, which a lease on its /64 covers too; empty for all
     * @param after behind this one; null from the first on
     * @param most how many
     */
    public record Wanted(
            @Nullable UserName user, String text, @Nullable LeaseKey after, int most) {}

    /**
     * What was found.
     *
     * @param total how many there are in all, on all pages
     * @param next behind which the next page begins; null when there is none
     */
    public record Page(
            List<Lease> leases, long total, @Nullable LeaseKey next) {}

    /** Looks through the book; what is not active is not there. */
    public Page find(Wanted wanted) {
        String text = wanted.text.toLowerCase(Locale.ROOT);
        Optional<ClientAddress> address = ClientAddress.tryParse(text);
        // The page, with the last of it on top.
        PriorityQueue<Lease> first =
                new PriorityQueue<>(Comparator.comparing(Lease::key).reversed());
        long total = 0;
        boolean more = false;
        for (Lease lease : candidates(wanted, address)) {
            if (!lease.activeAt(now) || address.isEmpty() && !text.isEmpty() && !matches(lease, text)) {
                continue;
            }
            total++;
            if (wanted.after != null && lease.key().compareTo(wanted.after) <= 0) {
                continue;
            }
            Lease last = first.peek();
            if (first.size() < wanted.most) {
                first.add(lease);
                continue;
            }
            more = true;
            if (last != null && lease.key().compareTo(last.key()) < 0) {
                first.remove();
                first.add(lease);
            }
        }
        List<Lease> found =
                first.stream().sorted(Comparator.comparing(Lease::key)).toList();
        return new Page(found, total, more && !found.isEmpty() ? found.getLast().key() : null);
    }

    private Collection<Lease> candidates(Wanted wanted, Optional<ClientAddress> address) {
        UserName user = wanted.user;
        if (address.isPresent()) {
            return Arrays.stream(book.at(address.get()))
                    .filter(lease -> user == null || lease.user().equals(user))
                    .toList();
        }
        return user == null ? book.all() : book.of(user);
    }

    private static boolean matches(Lease lease, String text) {
        return lease.user().text().contains(text)
                || lease.device().text().contains(text)
                || lease.source().text().contains(text)
                || (text.indexOf('/') > 0 && lease.principal().toString().contains(text))
                || lease.addressText().contains(text);
    }

    /** The place in the book behind which a page begins, as text. */
    public static String text(LeaseKey key) {
        return key.toString();
    }

    /** Reads {@link #text}. */
    public static LeaseKey key(String text) throws Problem {
        String[] parts = text.split("/", 4);
        try {
            if (parts.length >= 3) {
                return new LeaseKey(
                        new Principal(new UserName(parts[0]), new DeviceName(parts[1])),
                        AddressFamily.of(parts[2]),
                        parts.length == 4 ? ClientAddress.tryParse(parts[3]).orElseThrow() : null);
            }
        } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
            // The same as too few parts.
        }
        throw Problem.badRequest("'" + text + "' is no place of a lease: USER/DEVICE/FAMILY is one, with ipv4 or ipv6");
    }
}
