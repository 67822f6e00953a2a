package org.scpbeforerelay.relay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;

/** Decides. A pure function of the book, the roster, the question and the moment. */
public final class RelayRules {
    private RelayRules() {}

    /** Whether the client may relay: it may while one lease on its address permits it. */
    public static RelayDecision decide(RelayQuestion question, LeaseBook book, Roster roster, Moment now) {
        return decide(question, book.at(question.client()), roster, now);
    }

    /**
     * The same answer with its reasons: both from one reading of the book, so that they cannot disagree while the writer
     * writes.
     */
    public static RelayDesk.Explanation explain(RelayQuestion question, LeaseBook book, Roster roster, Moment now) {
        Lease[] leases = book.at(question.client());
        List<RelayDesk.Weighed> weighed = new ArrayList<>();
        for (Lease lease : leases) {
            weighed.add(new RelayDesk.Weighed(lease, weigh(lease, question, roster, now), lease.leftMs(now)));
        }
        return new RelayDesk.Explanation(decide(question, leases, roster, now), weighed);
    }

    private static RelayDecision decide(RelayQuestion question, Lease[] leases, Roster roster, Moment now) {
        Lease wrongSender = null;
        for (Lease lease : leases) {
            Weight weight = weigh(lease, question, roster, now);
            if (weight == Weight.PERMITS) {
                return new RelayDecision.Permitted(lease);
            }
            if (weight == Weight.SENDER_OUTSIDE) {
                wrongSender = lease;
            }
        }
        return wrongSender == null ? RelayDecision.NOT_PERMITTED : new RelayDecision.NotPermitted(wrongSender);
    }

    /** What one lease on the address is worth for this question. */
    public static Weight weigh(Lease lease, RelayQuestion question, Roster roster, Moment now) {
        if (!lease.activeAt(now)) {
            return Weight.ENDED;
        }
        @Nullable Allowance allowance = roster.upholding(lease, now.wallMs());
        if (allowance == null) {
            return Weight.NOT_UPHELD;
        }
        String sender = question.sender();
        if (!allowance.needsPolicyProtocol()) {
            return Weight.PERMITS;
        }
        if (sender == null) {
            return Weight.NOT_ENFORCEABLE;
        }
        return allowance.senders().allows(sender) ? Weight.PERMITS : Weight.SENDER_OUTSIDE;
    }
}
