package org.scpbeforerelay.console;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.console.metrics.Figures;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.sign.Signs;
import tools.jackson.databind.node.ObjectNode;

/** What the console asks the rest of the daemon for. Safe from any thread; nothing here blocks, but the futures may take a while. */
public interface ConsoleDesk {
    /** Whether leases are loaded and mail servers get true answers. */
    boolean isReady();

    Moment now();

    /** For reading. */
    LeaseBook book();

    Roster roster();

    /** What is odd about addresses now. */
    Signs signs(Moment now);

    /** A lease that stands, as {@code leases --json} has it: with how much was relayed by it. */
    ObjectNode view(Lease lease, Signs signs, Moment now);

    /** How the daemon and all its parts fare, as {@code status --json} has it. */
    ObjectNode status();

    /**
     * What a mail server would be told, and why: {@code address}, {@code permitted}, {@code sentence}, and the {@code leases} with
     * their weights. Never counted.
     *
     * @param sender the envelope sender; null when it does not matter
     */
    ObjectNode explain(ClientAddress address, @Nullable String sender);

    /**
     * Grants by the operator's hand.
     *
     * @param termMs how long; 0 for the user's own term
     * @param operator who did it, for the record
     */
    CompletableFuture<Verdict> grant(Principal principal, ClientAddress address, long termMs, String operator);

    /** Revokes by the operator's hand. */
    CompletableFuture<Revocation> revoke(Selection selection, String operator);

    /** How often each answer was given since the start. */
    List<AnswerCount> answers();

    /** The questions answered last, the newest first; a few hundred. */
    List<Asked> lastAsked();

    /** Gives every figure that a monitoring system may want. */
    void measure(Figures figures);

    /** So many questions by this protocol got this answer. */
    record AnswerCount(String protocol, String answer, long count) {}

    /**
     * One question of a mail server.
     *
     * @param answer {@code permit}, {@code not-authorised}, {@code wrong-sender}, {@code over-quota}
     * @param who whose lease it was about; null where there was none
     */
    record Asked(
            long atMs,
            String protocol,
            String answer,
            ClientAddress address,
            @Nullable Principal who) {
        /** Whether the client was permitted. */
        public boolean isPermitted() {
            return answer.equals("permit");
        }
    }
}
