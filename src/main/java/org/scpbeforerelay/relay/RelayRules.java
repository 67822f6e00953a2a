package org.scpbeforerelay.relay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.Charge;
import org.scpbeforerelay.quota.Exhausted;
import org.scpbeforerelay.quota.MessageSoFar;
import org.scpbeforerelay.quota.QuotaRules;
import org.scpbeforerelay.quota.QuotaVerdict;
import org.scpbeforerelay.quota.Quotas;
import org.scpbeforerelay.quota.Usage;

/** Decides. A pure function of the book, the roster, the terms, what has been used, the question and the moment. */
public final class RelayRules {
    private RelayRules() {}

    /**
     * Whether the client may relay: it may while one lease on its address permits it. A lease without limits comes first, then
     * that of a user on whom the message is counted already, so that a message costs as little as it can.
     */
    public static RelayDecision decide(
            RelayQuestion question, LeaseBook book, Roster roster, LeaseTerms terms, Quotas quotas, Moment now) {
        return decide(question, book.at(question.client()), roster, terms, quotas, now);
    }

    /**
     * The same answer with its reasons: both from one reading of the book and of what has been used, so that they cannot disagree
     * while others write.
     */
    public static RelayDesk.Explanation explain(
            RelayQuestion question, LeaseBook book, Roster roster, LeaseTerms terms, Quotas quotas, Moment now) {
        Lease[] leases = book.at(question.client());
        Map<UserName, Usage> read = new HashMap<>();
        Quotas readOnce = user -> read.computeIfAbsent(user, quotas::usage);
        List<RelayDesk.Weighed> weighed = new ArrayList<>();
        for (Lease lease : leases) {
            Allowance allowance = roster.upholding(lease, now.wallMs());
            Usage usage = allowance == null || !allowance.isCounted()
                    ? null
                    : readOnce.usage(lease.user()).at(allowance, now.monotonicMs());
            Weight weight = weigh(lease, question, roster, terms, readOnce, now);
            weighed.add(new RelayDesk.Weighed(lease, weight, lease.leftMs(now), usage));
        }
        return new RelayDesk.Explanation(decide(question, leases, roster, terms, readOnce, now), weighed);
    }

    private static RelayDecision decide(
            RelayQuestion question, Lease[] leases, Roster roster, LeaseTerms terms, Quotas quotas, Moment now) {
        Lease wrongSender = null;
        Lease counted = null;
        RelayDecision.OverQuota over = null;
        for (Lease lease : leases) {
            switch (weigh(lease, question, roster, terms, quotas, now)) {
                case PERMITS -> {
                    return new RelayDecision.Permitted(lease);
                }
                case PERMITS_AND_COUNTS -> counted = counted == null || isOn(lease, question) ? lease : counted;
                case OVER_QUOTA -> over = soonest(over, lease, question, roster, quotas, now);
                case SENDER_OUTSIDE -> wrongSender = lease;
                case ENDED, NOT_UPHELD, NOT_HERE, NOT_ENFORCEABLE -> {}
            }
        }
        if (counted != null && verdict(counted, question, roster, quotas, now) instanceof Charge charge) {
            return new RelayDecision.Permitted(counted, charge);
        }
        if (over != null) {
            return over;
        }
        return wrongSender == null ? RelayDecision.NOT_PERMITTED : new RelayDecision.NotPermitted(wrongSender);
    }

    /** What one lease on the address is worth for this question. */
    public static Weight weigh(
            Lease lease, RelayQuestion question, Roster roster, LeaseTerms terms, Quotas quotas, Moment now) {
        if (!lease.activeAt(now)) {
            return Weight.ENDED;
        }
        @Nullable Allowance allowance = roster.upholding(lease, now.wallMs());
        if (allowance == null) {
            return Weight.NOT_UPHELD;
        }
        if (!terms.admits(question.client(), lease, allowance)) {
            return Weight.NOT_HERE;
        }
        String sender = question.sender();
        if (!allowance.needsPolicyProtocol()) {
            return Weight.PERMITS;
        }
        MessageSoFar message = question.message();
        if (sender == null || allowance.isCounted() && message == null) {
            return Weight.NOT_ENFORCEABLE;
        }
        if (!allowance.senders().allows(sender)) {
            return Weight.SENDER_OUTSIDE;
        }
        if (!allowance.isCounted() || message == null) {
            return Weight.PERMITS;
        }
        return switch (QuotaRules.judge(allowance, quotas.usage(lease.user()), message, now.monotonicMs())) {
            case Charge charge -> Weight.PERMITS_AND_COUNTS;
            case Exhausted exhausted -> Weight.OVER_QUOTA;
        };
    }

    private static boolean isOn(Lease lease, RelayQuestion question) {
        MessageSoFar message = question.message();
        return message != null && message.isMessageCountedOn(lease.user());
    }

    private static RelayDecision.@Nullable OverQuota soonest(
            RelayDecision.@Nullable OverQuota former,
            Lease lease,
            RelayQuestion question,
            Roster roster,
            Quotas quotas,
            Moment now) {
        return verdict(lease, question, roster, quotas, now) instanceof Exhausted limit
                        && (former == null || limit.waitMs() < former.limit().waitMs())
                ? new RelayDecision.OverQuota(lease, limit)
                : former;
    }

    /** Of a lease that was weighed already, by limits alone; null where there are none. */
    private static @Nullable QuotaVerdict verdict(
            Lease lease, RelayQuestion question, Roster roster, Quotas quotas, Moment now) {
        Allowance allowance = roster.upholding(lease, now.wallMs());
        MessageSoFar message = question.message();
        return allowance == null || message == null
                ? null
                : QuotaRules.judge(allowance, quotas.usage(lease.user()), message, now.monotonicMs());
    }
}
