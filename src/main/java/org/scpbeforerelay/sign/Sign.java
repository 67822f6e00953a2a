package org.scpbeforerelay.sign;

import java.util.List;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.UserName;

/** One odd thing about a lease's address. */
public sealed interface Sign {
    /** The word for programs. */
    String word();

    /** The sentence for the operator; names other users, so it is not for clients. */
    String says();

    /**
     * Other users have leases on the address: who is permitted by it may be any of them.
     *
     * @param others in the order of names, at most {@link Company#OTHERS_MAX}; at least one
     */
    record Shared(List<UserName> others) implements Sign {
        private static final int NAMED_MAX = 4;

        public Shared {
            others = List.copyOf(others);
        }

        @Override
        public String word() {
            return "shared";
        }

        @Override
        public String says() {
            int rest = others.size() - NAMED_MAX;
            String named = String.join(
                    ", ", others.stream().limit(NAMED_MAX).map(UserName::text).toList());
            String more = rest <= 0
                    ? ""
                    : " and " + rest + (others.size() == Company.OTHERS_MAX ? " more or yet more" : " more");
            return named + more + (others.size() == 1 ? " has a lease" : " have leases") + " on this address too";
        }
    }

    /**
     * The user has leases at many places at once.
     *
     * @param places how many: IPv4 addresses, or IPv6 networks of 64 bits
     */
    record ManyAddresses(UserName user, AddressFamily family, int places) implements Sign {
        @Override
        public String word() {
            return "many-addresses";
        }

        @Override
        public String says() {
            return user + " has leases at " + places
                    + (family == AddressFamily.IPV4 ? " IPv4 addresses" : " IPv6 networks") + " at once";
        }
    }

    /**
     * Another user had the address shortly before this lease was granted.
     *
     * @param agoMs how long before, in milliseconds
     */
    record Moved(UserName from, long agoMs) implements Sign {
        @Override
        public String word() {
            return "moved";
        }

        @Override
        public String says() {
            String ago = agoMs < 60_000 ? agoMs / 1000 + " s" : agoMs / 60_000 + " min";
            return from + " had this address until " + ago + " before it was granted";
        }
    }

    /**
     * The client gave itself an address from the far side of a NAT.
     *
     * @param claimed that address
     */
    record BehindNat(ClientAddress claimed) implements Sign {
        @Override
        public String word() {
            return "behind-nat";
        }

        @Override
        public String says() {
            return "the client calls itself " + claimed + ": everybody behind the same NAT comes from this address";
        }
    }

    /**
     * The device has changed its address again and again: it travels, or its NAT sends it out by ever other addresses, so that mail
     * may come from another one than was announced.
     *
     * @param changes how many times within the last hour
     */
    record Changing(int changes) implements Sign {
        @Override
        public String word() {
            return "changing";
        }

        @Override
        public String says() {
            return "the device has changed its address " + changes + " times within an hour";
        }
    }
}
