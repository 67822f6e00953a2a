package org.scpbeforerelay.announce;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;

/** What became of an announcement. */
public sealed interface Verdict {
    /**
     * Leases, one per family announced.
     *
     * @param leases what was granted or renewed; the ends in them are the ends that are recorded
     * @param notes what the client should know besides, a sentence each: that it sits behind a NAT, say
     * @param farSide the address from the far side of a NAT that was announced, in place of which the connection's own was taken;
     *     null when none was
     */
    record Granted(
            List<Lease> leases,
            List<String> notes,
            @Nullable ClientAddress farSide) implements Verdict {
        public Granted(List<Lease> leases, List<String> notes) {
            this(leases, notes, null);
        }

        public Granted {
            leases = List.copyOf(leases);
            notes = List.copyOf(notes);
        }
    }

    /**
     * Nothing was granted and nothing has changed; but where a shared store did not answer, it may have it all the same.
     *
     * @param code the word for programs
     * @param reason the sentence for people: what was wrong and what to do
     */
    record Refused(RefusalCode code, String reason) implements Verdict {}
}
