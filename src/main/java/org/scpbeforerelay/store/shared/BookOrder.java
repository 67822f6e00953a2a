package org.scpbeforerelay.store.shared;

import java.util.Arrays;
import java.util.List;
import org.scpbeforerelay.lease.Lease;

/**
 * Leases in the order of their keys: the book takes them several times faster so. Of a million keys that lie all over the heap the
 * comparing takes seconds, so the first characters are laid beside each other first, and decide nearly always.
 */
final class BookOrder {
    private static final int CHARS_EACH = Long.BYTES;

    /** {@code head} and {@code tail}: the first 16 characters of user, a zero, and device; names are ASCII. */
    private record Place(long head, long tail, Lease lease) implements Comparable<Place> {
        static Place of(Lease lease) {
            String user = lease.user().text();
            String device = lease.device().text();
            return new Place(chars(user, device, 0), chars(user, device, CHARS_EACH), lease);
        }

        @Override
        public int compareTo(Place other) {
            if (head != other.head) {
                return Long.compare(head, other.head);
            }
            return tail != other.tail
                    ? Long.compare(tail, other.tail)
                    : lease.key().compareTo(other.lease.key());
        }
    }

    private BookOrder() {}

    /** The same leases in order. */
    static List<Lease> sorted(List<Lease> leases) {
        Place[] places = leases.parallelStream().map(Place::of).toArray(Place[]::new);
        Arrays.parallelSort(places);
        return Arrays.stream(places).map(Place::lease).toList();
    }

    private static long chars(String user, String device, int from) {
        long chars = 0;
        for (int i = from; i < from + CHARS_EACH; i++) {
            int inDevice = i - user.length() - 1;
            int one = 0;
            if (i < user.length()) {
                one = user.charAt(i);
            } else if (inDevice >= 0 && inDevice < device.length()) {
                one = device.charAt(inDevice);
            }
            chars = chars << Byte.SIZE | one;
        }
        return chars;
    }
}
