package org.scpbeforerelay.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
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
import org.scpbeforerelay.sign.SharedTerms;
import org.scpbeforerelay.sign.Signs;
import org.scpbeforerelay.sign.Trails;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One round of the registry after another: judge, record, publish, tell, answer.
 *
 * <p>When the store fails, announcements of the round are refused and the book stays as it was, but what takes leases away
 * (revocations, new users, ends) is carried out all the same. A failed commit may have reached the disk or not, so every
 * place in the book that it concerned is owed to the store, and stated anew, as the book has it, as soon as the store works.
 */
final class Rounds {
    /** How many owed places are stated in one round, and how many ended leases swept: announcements wait meanwhile. */
    static final int OWED_MAX = 512;

    static final int SWEPT_MAX = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final LeaseStore store;
    private final LeaseBook book;
    private final ExpiryQueue expiries;
    private final WaitingLeases waiting;
    private final Consumer<LeaseEvent> listeners;
    private final Trails trails = new Trails();
    private final Set<LeaseKey> owed = new LinkedHashSet<>();
    private volatile @Nullable String failure;

    Rounds(
            LeaseStore store,
            LeaseBook book,
            ExpiryQueue expiries,
            WaitingLeases waiting,
            Consumer<LeaseEvent> listeners) {
        this.store = store;
        this.book = book;
        this.expiries = expiries;
        this.waiting = waiting;
        this.listeners = listeners;
    }

    /** What is remembered for signs. */
    Trails trails() {
        return trails;
    }

    /** Why the last commit failed; null while the store works. */
    @Nullable
    String failure() {
        return failure;
    }

    /** Has this place stated to the store, as the book then has it, with one of the next rounds. */
    void owe(LeaseKey key) {
        owed.add(key);
    }

    /** Whether something is yet to be stated to the store. */
    boolean owes() {
        return !owed.isEmpty();
    }

    void run(List<Request> round, Roster former, Roster roster, LeaseTerms terms, Moment now, String bootId) {
        List<LeaseKey> due = expiries.takeDue(now.monotonicMs(), SWEPT_MAX);
        boolean done = false;
        try {
            Draft draft = new Draft(book, trails, now);
            List<Judged> judged = new ArrayList<>(round.size());
            sweep(due, draft, judged, now);
            for (Request request : round) {
                judged.add(judge(request, draft, former, roster, terms, now));
            }
            boolean recorded = record(draft.changes(), bootId);
            for (Judged one : judged) {
                one.carryOut(recorded);
            }
            done = true;
        } finally {
            if (!done) {
                // A defect: what had ended is looked at again, or nobody would ever be told of it.
                due.forEach(key -> expiries.schedule(key, now.monotonicMs()));
            }
        }
    }

    private boolean record(List<LeaseChange> changes, String bootId) {
        // A store that was away is first tried with what it is owed:
        // announcements that it cannot take add nothing to that.
        if (failure != null && owes() && !commit(owedChanges(), bootId)) {
            oweAll(changes.stream().filter(LeaseChange.Remove.class::isInstance).toList());
            return false;
        }
        List<LeaseChange> all = owedChanges();
        all.addAll(changes);
        if (!all.isEmpty() && !commit(all, bootId)) {
            oweAll(changes);
            return false;
        }
        return failure == null;
    }

    private List<LeaseChange> owedChanges() {
        List<LeaseChange> changes = new ArrayList<>();
        for (LeaseKey key : owed) {
            if (changes.size() == OWED_MAX) {
                break;
            }
            Lease lease = book.get(key);
            changes.add(lease == null ? new LeaseChange.Remove(key) : new LeaseChange.Put(lease));
        }
        return changes;
    }

    private void oweAll(List<LeaseChange> changes) {
        changes.forEach(change -> owed.add(change.key()));
    }

    private boolean commit(List<LeaseChange> changes, String bootId) {
        try {
            store.commit(changes, bootId);
        } catch (StoreException | RuntimeException | Error e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals(failure)) {
                LOG.error("{}. Until that is mended, announcements are refused; leases that stand go on", message, e);
            }
            failure = message;
            return false;
        }
        changes.forEach(change -> owed.remove(change.key()));
        if (failure != null) {
            LOG.info("the lease store works again: {}", store.describe());
            failure = null;
        }
        return true;
    }

    /** A request with its outcome, waiting for the commit. */
    private interface Judged {
        /** Publishes, tells and answers. {@code recorded}: whether the round's commit went through. */
        void carryOut(boolean recorded);
    }

    private Judged judge(Request request, Draft draft, Roster former, Roster roster, LeaseTerms terms, Moment now) {
        return switch (request) {
            case Request.Announce announce -> judge(announce, draft, roster, terms, now);
            case Request.Revoke revoke -> {
                List<Lease> chosen = current(revoke.selection().in(book), draft);
                chosen.forEach(lease -> draft.remove(lease.key()));
                List<Lease> waited = waiting.take(revoke.selection());
                waited.forEach(lease -> draft.remove(lease.key()));
                yield recorded ->
                        revoke.answer().complete(new Revocation(withdraw(chosen, waited, revoke.why(), now), recorded));
            }
            case Request.Follow follow -> follow(follow, draft, terms, now);
            case Request.Adopt adopt -> {
                List<Lease> fallen = new ArrayList<>();
                for (Lease lease : current(book.all(), draft)) {
                    // Another host may know a user before this one does: what
                    // was never upheld here is not ended for all.
                    boolean strange = store.isShared() && !former.upholds(lease, now.wallMs());
                    if (!strange && !adopt.roster().upholds(lease, now.wallMs())) {
                        fallen.add(lease);
                        draft.remove(lease.key());
                    }
                }
                List<Lease> waited = waiting.takeUnless(lease -> adopt.roster().upholds(lease, now.wallMs()));
                waited.forEach(lease -> draft.remove(lease.key()));
                yield recorded -> adopt.answer()
                        .complete(new Revocation(
                                withdraw(fallen, waited, "its user or key was removed, disabled or has expired", now),
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
        if (!(verdict instanceof Verdict.Granted granted)) {
            return recorded -> answer(announce, verdict, now);
        }
        String refusal = store.refusal();
        if (refusal != null) {
            Verdict.Refused refused = new Verdict.Refused(
                    RefusalCode.STORE_UNAVAILABLE, refusal + "; nothing has changed, try again in a minute");
            return recorded -> answer(announce, refused, now);
        }
        List<Lease> standing = new ArrayList<>();
        boolean spared = true;
        for (Lease lease : granted.leases()) {
            if (waiting.remove(lease.key())) {
                owed.add(lease.key()); // whatever becomes of this announcement, the former lease is no more
            }
            Lease there = draft.get(lease.key());
            boolean stands = there != null && there.equals(book.get(lease.key())) && store.spares(there, lease, now);
            standing.add(stands ? there : lease);
            spared &= stands;
            if (!stands) {
                draft.put(lease);
            }
        }
        boolean nothingRecorded = spared;
        return recorded -> {
            String caveat = nothingRecorded ? null : store.caveat();
            boolean withheld = caveat != null && store.refusesAlone();
            if (withheld) {
                // It is on the disk already, which is therefore told what the
                // book has. The shared store may have it, too.
                standing.forEach(lease -> owed.add(lease.key()));
            }
            if (!recorded || withheld) {
                Verdict.Refused refused = new Verdict.Refused(
                        RefusalCode.STORE_UNAVAILABLE,
                        withheld
                                ? "the store that all relay hosts share did not answer; try again in a minute"
                                : "the lease could not be recorded; nothing has changed, try again in a minute");
                answer(announce, refused, now);
                return;
            }
            standing.forEach(lease -> publish(lease, granted.farSide(), terms.shared(), now));
            List<String> notes = new ArrayList<>(granted.notes());
            if (caveat != null) {
                notes.add(caveat);
            }
            answer(announce, new Verdict.Granted(standing, notes, granted.farSide()), now);
        };
    }

    private void answer(Request.Announce announce, Verdict verdict, Moment now) {
        if (verdict instanceof Verdict.Refused refused) {
            listeners.accept(new LeaseEvent.Refused(announce.announcement(), refused, now.wallMs()));
        }
        announce.answer().complete(verdict);
    }

    /** What others have said holds whatever this host's disk says: it is asked for again at the next start. */
    private Judged follow(Request.Follow follow, Draft draft, LeaseTerms terms, Moment now) {
        List<LeaseChange> changes = follow.news().get();
        changes.forEach(change -> waiting.remove(change.key()));
        if (owes()) {
            // Their word is the newer one, and the store sees to it that the disk has it.
            changes.forEach(change -> owed.remove(change.key()));
            // With nothing to try it by, the next commit tells whether the store works.
            failure = owes() ? failure : null;
        }
        if (!draft.changes().isEmpty()) {
            // The store knows them, but not that they come after what this round takes away.
            draft.addLast(changes);
        }
        return recorded -> {
            for (LeaseChange change : changes) {
                switch (change) {
                    case LeaseChange.Put put -> publish(put.lease(), null, terms.shared(), now);
                    case LeaseChange.Remove remove -> {
                        Lease there = book.get(remove.key());
                        if (there != null) {
                            withdraw(List.of(there), "revoked at another relay host", now);
                        }
                    }
                }
            }
            follow.answer().complete(changes);
        };
    }

    private void publish(Lease lease, @Nullable ClientAddress farSide, SharedTerms shared, Moment now) {
        Lease former = book.put(lease);
        if (former == null || former.deadlineMs() > lease.deadlineMs()) {
            expiries.schedule(lease.key(), lease.deadlineMs());
        }
        boolean renewed = former != null
                && former.activeAt(now)
                && former.address().equals(lease.address())
                && former.prefixLength() == lease.prefixLength();
        if (renewed) {
            boolean news = trails.renewed(lease.key(), farSide);
            listeners.accept(new LeaseEvent.Renewed(
                    lease, news ? new Signs(book, trails, shared, now).of(lease) : List.of(), now.wallMs()));
            return;
        }
        if (former != null) {
            listeners.accept(
                    former.activeAt(now)
                            ? new LeaseEvent.Revoked(former, "replaced by " + lease.addressText(), now.wallMs())
                            : new LeaseEvent.Expired(former, now.wallMs()));
        }
        trails.granted(lease, former, farSide, book, shared, now);
        listeners.accept(new LeaseEvent.Granted(lease, new Signs(book, trails, shared, now).of(lease), now.wallMs()));
    }

    private List<Lease> withdraw(List<Lease> leases, List<Lease> waited, String why, Moment now) {
        List<Lease> ended = withdraw(leases, why, now);
        for (Lease lease : waited) {
            ended.add(lease);
            listeners.accept(new LeaseEvent.Revoked(lease, why, now.wallMs()));
        }
        return ended;
    }

    private List<Lease> withdraw(List<Lease> leases, String why, Moment now) {
        List<Lease> ended = new ArrayList<>();
        for (Lease lease : leases) {
            Lease there = book.remove(lease.key());
            if (there != null) {
                trails.ended(there, now);
            }
            if (there != null && there.activeAt(now)) {
                ended.add(there);
                listeners.accept(new LeaseEvent.Revoked(there, why, now.wallMs()));
            }
        }
        return ended;
    }

    private void sweep(List<LeaseKey> due, Draft draft, List<Judged> judged, Moment now) {
        for (LeaseKey key : due) {
            Lease lease = draft.get(key);
            if (lease == null) {
                continue; // taken away meanwhile, or by the sweep itself: a place that was granted twice comes up twice
            }
            if (!lease.overForGoodAt(now)) {
                expiries.schedule(key, lease.deadlineMs());
                continue;
            }
            draft.remove(key);
            judged.add(recorded -> {
                book.remove(key);
                trails.ended(lease, now);
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
