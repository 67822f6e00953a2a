package org.scpbeforerelay.source.drop;

import java.util.Optional;

/** The system's accounts, as passwd(5) and group(5) have them, or did a short time ago. */
interface Accounts {
    /** The login name of a user id; empty when there is none, or nobody answers. */
    Optional<String> nameOf(int uid);

    /** Whether nobody but this user is in the group, as far as can be known: what Debian makes for each user. */
    boolean isPrivateGroup(int gid, int uid);

    /** Asks the system anew from now on. */
    void forget();
}
