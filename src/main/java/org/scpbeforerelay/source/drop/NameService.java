package org.scpbeforerelay.source.drop;

import java.util.List;
import java.util.Optional;

/**
 * The system's accounts, asked anew each time. May take as long as a directory server lets it. A {@link KernelException} says that
 * there was no answer; that there is no such account is one.
 */
interface NameService {
    /** A group by its number. */
    record Group(String name, List<String> members) {
        public Group {
            members = List.copyOf(members);
        }
    }

    /** Told of one account after the other; says whether to go on. */
    interface Listing {
        boolean account(int uid, int primaryGid);
    }

    /** The login name of a user id; empty when there is none. */
    Optional<String> nameOf(int uid) throws KernelException;

    /** A group, with the members that group(5) names: whose primary group it is, is not among them. Empty when there is none. */
    Optional<Group> group(int gid) throws KernelException;

    /** All accounts that can be listed; those of a directory server often cannot. */
    void list(Listing listing) throws KernelException;
}
