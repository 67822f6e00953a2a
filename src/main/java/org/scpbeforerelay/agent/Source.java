package org.scpbeforerelay.agent;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/** What there is to announce over one way at this moment. Another value means: announce at once. */
sealed interface Source {
    /**
     * Something.
     *
     * @param bind the connection's own address; null for the system's choice
     * @param claim the address that is said; null for whatever the server sees
     * @param circumstances of this machine under which it was announced, to be compared only
     */
    record Present(@Nullable ClientAddress bind, @Nullable ClientAddress claim, String circumstances)
            implements Source {}

    /** Nothing now: the interface is down or has no such address. */
    record Absent(String why) implements Source {}

    /** Nothing ever: the server has no address of this family. */
    record Never(String why) implements Source {}
}
