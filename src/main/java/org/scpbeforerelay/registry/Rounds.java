package org.scpbeforerelay.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.AnnouncementRules;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.ExpiryQueue;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;

/**
 * One round of the registry after another: judge, record, publish, tell, answer.
 *
 * <p>When the store fails, announcements of the round are refused and the book stays as it was, but what takes leases away
 * (revocations, new users, ends) is carried out all the same, and owed to the store until it takes it.
 */
final class Rounds {
    private final LeaseStore store;
    private final LeaseBook book;
    private final ExpiryQueue expiries;
    private final Consumer<LeaseEvent> listeners;
    private final Set<LeaseKey> owedRemovals = new LinkedHashSet<>();
    private volatile @Nullable String failure;

    Rounds(LeaseStore store, LeaseBook book, ExpiryQueue expiries, Consumer<LeaseEvent> listeners) {
        this.store = store;
        this.book = book;
        this.expiries = expiries;
        this.listeners = listeners;
    }

    /** Why the last commit failed; null while the store works. */
    @Nullable
    String failure() {
        return failure;
    }

    /** Has these leases removed from the store with the next round. */
    void owe(Collection<Lease> leases) {
        leases.forEach(lease -> owedRemovals.add(lease.key()));
    }

    void run(List<Request> round, Roster roster, LeaseTerms terms, Moment now, String bootId) {
        Draft draft = new Draft(book);
        List<Judged> judged = new ArrayList<>(round.size());
        sweep(draft, judged, now);
        for (Request request : round) {
            judged.add(judge(request, draft, roster, terms, now));
        }
        boolean recorded = record(draft.changes(), bootId);
        for (Judged one : judged) {
            one.carryOut(recorded);
        }
    }

    private boolean record(List<LeaseChange> changes, String bootId) {
        if (changes.isEmpty() && owedRemovals.isEmpty()) {
            return failure == null;
        }
        List<LeaseChange> all = new ArrayList<>(owedRemovals.size() + changes.size());
        owedRemovals.forEach(key -> all.add(new LeaseChange.Remove(key)));
        all.addAll(changes);
        try {
            store.commit(all, bootId);
            owedRemovals.clear();
            failure = null;
            return true;
        } catch (StoreException | RuntimeException e) {
            failure = String.valueOf(e.getMessage());
            for (LeaseChange change : changes) {
                if (change instanceof LeaseChange.Remove remove) {
                    owedRemovals.add(remove.key());
                }
            }
            return false;
        }
    }

    /** A request with its outcome, waiting for the commit. */
    private interface Judged {
        /** Publishes, tells and answers. {@code recorded}: whether the round's commit went through. */
        void carryOut(boolean recorded);
    }

    private Judged judge(Request request, Draft draft, Roster roster, LeaseTerms terms, Moment now) {
        return switch (request) {
            case Request.Announce announce -> judge(announce, draft, roster, terms, now);
            case Request.Revoke revoke -> {
                List<Lease> chosen = current(revoke.selection().in(book), draft);
                chosen.forEach(lease -> draft.remove(lease.key()));
                yield recorded ->
                        revoke.answer().complete(new Revocation(withdraw(chosen, revoke.why(), now), recorded));
            }
            case Request.Adopt adopt -> {
                List<Lease> fallen = new ArrayList<>();
                for (Lease lease : current(book.all(), draft)) {
                    if (!adopt.roster().upholds(lease, now.wallMs())) {
                        fallen.add(lease);
                        draft.remove(lease.key());
                    }
                }
                yield recorded -> adopt.answer()
                        .complete(new Revocation(
                                withdraw(fallen, "its user or key was removed, disabled or has expired", now),
                                recorded));
            }
        };
    }

    private Judged judge(Request.Announce announce, Draft draft, Roster roster, LeaseTerms terms, Moment now) {
        Verdict verdict = AnnouncementRules.judge(
                announce.announcement(),
                roster,
                terms,
                draft.standing(announce.announcement().principal().user()),
                now);
        if (verdict instanceof Verdict.Granted granted) {
            granted.leases().forEach(draft::put);
        }
        return recorded -> {
            Verdict outcome = verdict;
            if (verdict instanceof Verdict.Granted granted) {
                if (recorded) {
                    granted.leases().forEach(lease -> publish(lease, now));
                } else {
                    outcome = new Verdict.Refused(
                            RefusalCode.STORE_UNAVAILABLE,
                            "the lease could not be recorded; nothing has changed, try again in a minute");
                }
            }
            if (outcome instanceof Verdict.Refused refused) {
                listeners.accept(new LeaseEvent.Refused(announce.announcement(), refused, now.wallMs()));
            }
            announce.answer().complete(outcome);
        };
    }

    private void publish(Lease lease, Moment now) {
        Lease former = book.put(lease);
        if (former == null || former.deadlineMs() > lease.deadlineMs()) {
            expiries.schedule(lease.key(), lease.deadlineMs());
        }
        boolean renewed = former != null
                && former.activeAt(now)
                && former.address().equals(lease.address())
                && former.prefixLength() == lease.prefixLength();
        if (renewed) {
            listeners.accept(new LeaseEvent.Renewed(lease, now.wallMs()));
            return;
        }
        if (former != null) {
            listeners.accept(
                    former.activeAt(now)
                            ? new LeaseEvent.Revoked(former, "replaced by " + lease.addressText(), now.wallMs())
                            : new LeaseEvent.Expired(former, now.wallMs()));
        }
        listeners.accept(new LeaseEvent.Granted(lease, now.wallMs()));
    }

    private List<Lease> withdraw(List<Lease> leases, String why, Moment now) {
        List<Lease> ended = new ArrayList<>();
        for (Lease lease : leases) {
            Lease there = book.remove(lease.key());
            if (there != null && there.activeAt(now)) {
                ended.add(there);
                listeners.accept(new LeaseEvent.Revoked(there, why, now.wallMs()));
            }
        }
        return ended;
    }

    private void sweep(Draft draft, List<Judged> judged, Moment now) {
        for (LeaseKey key : expiries.takeDue(now.monotonicMs())) {
            Lease lease = book.get(key);
            if (lease == null) {
                continue;
            }
            if (!lease.overForGoodAt(now)) {
                expiries.schedule(key, lease.deadlineMs());
                continue;
            }
            draft.remove(key);
            judged.add(recorded -> {
                book.remove(key);
                listeners.accept(new LeaseEvent.Expired(lease, now.wallMs()));
            });
        }
    }

    /** These leases as the draft has them: a lease that was judged earlier in this round counts already. */
    private static List<Lease> current(Collection<Lease> leases, Draft draft) {
        List<Lease> current = new ArrayList<>();
        for (Lease lease : leases) {
            Lease drafted = draft.get(lease.key());
            if (drafted != null) {
                current.add(drafted);
            }
        }
        return current;
    }
}
