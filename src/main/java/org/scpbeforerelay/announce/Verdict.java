package org.scpbeforerelay.announce;

import java.util.List;
import org.scpbeforerelay.lease.Lease;

/** What became of an announcement. */
public sealed interface Verdict {
    /**
     * Leases, one per family announced.
     *
     * @param leases what was granted or renewed; the ends in them are the ends that are recorded
     * @param notes what the client should know besides, a sentence each: that it sits behind a NAT, say
     */
    record Granted(List<Lease> leases, List<String> notes) implements Verdict {
        public Granted {
            leases = List.copyOf(leases);
            notes = List.copyOf(notes);
        }
    }

    /**
     * Nothing was granted and nothing has changed.
     *
     * @param code the word for programs
     * @param reason the sentence for people: what was wrong and what to do
     */
    record Refused(RefusalCode code, String reason) implements Verdict {}
}
