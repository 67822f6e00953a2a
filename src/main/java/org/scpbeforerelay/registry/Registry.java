package org.scpbeforerelay.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.ExpiryQueue;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.quota.Quotas;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayDesk;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.relay.RelayRules;
import org.scpbeforerelay.sign.Signs;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lease registry: takes announcements and revocations from any thread, carries them out in rounds, answers questions.
 *
 * <p>{@link #announce}, {@link #revoke}, {@link #adopt} and the {@link RelayDesk} methods may be called from any thread and
 * never block. {@link #open} and {@link #runOnce} are for the one thread that writes.
 */
public final class Registry implements RelayDesk {
    /** How many announcements of one principal may wait to be recorded; more are refused as {@code rate-limited}. */
    public static final int WAITING_MAX_PER_PRINCIPAL = 64;

    /** How many requests share one commit at the most. */
    static final int ROUND_MAX = 4096;

    /** Of a lease that waited; no machine has such a name. */
    private static final String EARLIER_BOOT = "";

    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    private final LeaseStore store;
    private final Clock clock;
    private final LeaseBook book = new LeaseBook();
    private final ExpiryQueue expiries = new ExpiryQueue();
    private final ConcurrentLinkedQueue<Request> requests = new ConcurrentLinkedQueue<>();
    private final Map<Principal, Integer> waiting = new ConcurrentHashMap<>();
    private final List<LeaseListener> listeners = new CopyOnWriteArrayList<>();
    private final WaitingLeases earlier = new WaitingLeases();
    private final Recovery recovery;
    private final Rounds rounds;
    private final Quotas quotas;

    // Listeners are told by the writer alone. Who announces so much that even this is full is on record often enough.
    private final ArrayBlockingQueue<LeaseEvent> refusedAtTheDoor = new ArrayBlockingQueue<>(1024);

    private volatile Roster roster;
    private volatile LeaseTerms terms;
    private volatile boolean ready;
    private volatile Runnable wakeUp = () -> {};

    public Registry(LeaseStore store, Clock clock, Roster roster, LeaseTerms terms) {
        this(store, clock, roster, terms, Quotas.UNUSED);
    }

    /** With what users have used of their limits, as somebody else counts it. */
    public Registry(LeaseStore store, Clock clock, Roster roster, LeaseTerms terms, Quotas quotas) {
        this.quotas = quotas;
        this.store = store;
        this.clock = clock;
        this.roster = roster;
        this.terms = terms;
        this.recovery = new Recovery(clock.bootId());
        this.rounds = new Rounds(store, book, expiries, earlier, this::tell);
    }

    /**
     * Loads the book. Until this has returned, {@link #isReady} is false. Who listens already is told of the leases that ended
     * meanwhile.
     */
    public Recovery.Report open() throws StoreException {
        AtomicInteger dropped = new AtomicInteger();
        store.load(recorded -> {
            if (recovery.isOfAnotherBoot(recorded) && !clock.isSynchronised()) {
                earlier.add(recorded.lease());
            } else if (!recall(recorded)) {
                dropped.incrementAndGet();
            }
        });
        // What the start has decided is written down before anybody asks: the next start shall find the same.
        rounds.run(List.of(), roster, roster, terms, clock.now(), clock.bootId());
        ready = true;
        if (earlier.size() > 0) {
            LOG.warn("{}", waitingWords());
        }
        return new Recovery.Report(book.size(), dropped.get());
    }

    /** Takes a recorded lease into the book, if it still holds; else the store is told, and who listens. */
    private boolean recall(LeaseStore.Recorded recorded) {
        // The present of each lease: a shared store reads for seconds, and other hosts grant meanwhile.
        Moment now = clock.now();
        Lease lease = recovery.revive(recorded, now);
        // What other hosts know of and this one does not is not ended for all.
        boolean fallen = lease != null && !store.isShared() && !roster.upholds(lease, now.wallMs());
        if (lease == null || fallen) {
            rounds.owe(recorded.lease().key());
            tell(Recovery.endOf(recorded.lease(), lease != null, now));
            return false;
        }
        book.put(lease);
        expiries.schedule(lease.key(), lease.deadlineMs());
        if (recovery.isOfAnotherBoot(recorded)) {
            // Its deadline was worked out anew. The next start must find this one, not work out a later one.
            rounds.owe(lease.key());
        }
        return true;
    }

    /** Once the wall clock is synchronised, or where that never happens and all of them are over. */
    private void recallWaiting() {
        if (earlier.size() == 0 || !clock.isSynchronised() && !earlier.areOver(clock.now())) {
            return;
        }
        int stand = 0;
        List<Lease> all = earlier.takeAll();
        for (Lease lease : all) {
            stand += recall(new LeaseStore.Recorded(lease, EARLIER_BOOT)) ? 1 : 0;
        }
        LOG.info("of {} leases that waited for the clock, {} stand; the others are over", all.size(), stand);
    }

    /** Tells a listener of all that happens from now on. */
    public void listen(LeaseListener listener) {
        listeners.add(listener);
    }

    /**
     * Has an announcement judged and recorded.
     *
     * @return completed with {@link Verdict.Granted} only when the leases are durably recorded and visible to lookups
     */
    public CompletableFuture<Verdict> announce(Announcement announcement) {
        int ahead = waiting.merge(announcement.principal(), 1, Integer::sum);
        if (ahead > WAITING_MAX_PER_PRINCIPAL) {
            noLongerWaits(announcement.principal());
            Verdict.Refused refused = new Verdict.Refused(
                    RefusalCode.RATE_LIMITED,
                    "more than " + WAITING_MAX_PER_PRINCIPAL + " announcements of " + announcement.principal()
                            + " wait already; announce less often");
            refusedAtTheDoor.offer(
                    new LeaseEvent.Refused(announcement, refused, clock.now().wallMs()));
            return CompletableFuture.completedFuture(refused);
        }
        CompletableFuture<Verdict> answer = new CompletableFuture<>();
        submit(new Request.Announce(announcement, answer));
        return answer;
    }

    /**
     * Has the listeners told of an announcement that its source turned away, before there was anything to judge: a file that
     * may not be believed, say. Told a round later; of a crowd of them, some may not be told.
     */
    public void turnedAway(Announcement announcement, Verdict.Refused refused) {
        refusedAtTheDoor.offer(
                new LeaseEvent.Refused(announcement, refused, clock.now().wallMs()));
        wakeUp.run();
    }

    /**
     * Ends leases at once.
     *
     * @param why for the record
     * @return the active leases that were ended, and whether that is on disk already
     */
    public CompletableFuture<Revocation> revoke(Selection selection, String why) {
        CompletableFuture<Revocation> answer = new CompletableFuture<>();
        submit(new Request.Revoke(selection, why, answer));
        return answer;
    }

    /** Takes new users and terms into force, and ends the leases that they no longer uphold. */
    public CompletableFuture<Revocation> adopt(Roster newRoster, LeaseTerms newTerms) {
        CompletableFuture<Revocation> answer = new CompletableFuture<>();
        submit(new Request.Adopt(newRoster, newTerms, answer));
        return answer;
    }

    /**
     * Takes into the book what other hosts have said.
     *
     * @param news called by the one writer when its turn comes; the store knows these changes already
     * @return completed when the book shows them
     */
    public CompletableFuture<List<LeaseChange>> follow(Supplier<List<LeaseChange>> news) {
        CompletableFuture<List<LeaseChange>> answer = new CompletableFuture<>();
        submit(new Request.Follow(news, answer));
        return answer;
    }

    /** One round: takes what waits, judges it in order, records it in one commit, publishes, answers. */
    public void runOnce() {
        for (LeaseEvent refused = refusedAtTheDoor.poll(); refused != null; refused = refusedAtTheDoor.poll()) {
            tell(refused);
        }
        recallWaiting();
        List<Request> round = nextRound();
        Roster former = roster;
        for (Request request : round) {
            if (request instanceof Request.Announce announce) {
                noLongerWaits(announce.announcement().principal());
            } else if (request instanceof Request.Adopt adopt) {
                roster = adopt.roster();
                terms = adopt.terms();
            }
        }
        try {
            rounds.run(round, former, roster, terms, clock.now(), clock.bootId());
        } catch (RuntimeException | Error e) {
            // A defect: nobody shall wait for an answer that will not come.
            round.forEach(request -> request.answer().completeExceptionally(e));
            throw e;
        }
    }

    /** Whether a round would have something to do now, other than to look for what has ended. */
    public boolean hasWork() {
        return !requests.isEmpty();
    }

    /** How long, in milliseconds, until a round has something to do even if nothing is asked; at most {@code mostMs}. */
    public long untilNextRoundMs(long mostMs) {
        if (rounds.owes() && !isStoreAway()) {
            return 0;
        }
        Long next = expiries.nextMs();
        return next == null ? mostMs : Math.clamp(next - clock.now().monotonicMs(), 0, mostMs);
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public RelayDecision decide(RelayQuestion question) {
        return RelayRules.decide(question, book, roster, terms, quotas, clock.now());
    }

    @Override
    public Explanation explain(RelayQuestion question) {
        return RelayRules.explain(question, book, roster, terms, quotas, clock.now());
    }

    /** The book, for reading. */
    public LeaseBook book() {
        return book;
    }

    /** The users in force. */
    public Roster roster() {
        return roster;
    }

    /** The terms in force. */
    public LeaseTerms terms() {
        return terms;
    }

    /** What is odd about leases at this moment; for one listing. */
    public Signs signs(Moment now) {
        return new Signs(book, rounds.trails(), terms.shared(), now);
    }

    /** The present, as the registry sees it. */
    public Moment now() {
        return clock.now();
    }

    /** How the store fares: see {@link LeaseStore#describe}, and the last failure while it lasts. */
    public String storeHealth() {
        @Nullable String failure = rounds.failure();
        return failure == null ? store.describe() : failure;
    }

    /** Whether the last commit failed, so that announcements are being refused. */
    public boolean isStoreAway() {
        return rounds.failure() != null;
    }

    /** What an operator should know of; empty when all is well. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (isStoreAway()) {
            problems.add("announcements are refused (store-unavailable): " + storeHealth());
        }
        if (earlier.size() > 0) {
            problems.add(waitingWords());
        }
        return problems;
    }

    private String waitingWords() {
        return earlier.size()
                + " leases from before this machine was started do not count until its clock is synchronised"
                + " (timedatectl): until then nobody knows what is left of them. Who announces again need not wait";
    }

    void onWork(Runnable newWakeUp) {
        this.wakeUp = newWakeUp;
    }

    /**
     * What takes leases away looks for them in the book, so it never shares a round with announcements before it. What others have said
     * is the last of its round.
     */
    private List<Request> nextRound() {
        List<Request> round = new ArrayList<>();
        boolean announced = false;
        while (round.size() < ROUND_MAX) {
            Request next = requests.peek();
            if (next == null || announced && !(next instanceof Request.Announce)) {
                break;
            }
            announced |= next instanceof Request.Announce;
            round.add(next);
            requests.remove();
            if (next instanceof Request.Follow) {
                break;
            }
        }
        return round;
    }

    private void submit(Request request) {
        requests.add(request);
        wakeUp.run();
    }

    private void noLongerWaits(Principal principal) {
        waiting.computeIfPresent(principal, (who, count) -> count == 1 ? null : count - 1);
    }

    private void tell(LeaseEvent event) {
        for (LeaseListener listener : listeners) {
            try {
                listener.happened(event);
            } catch (RuntimeException | Error e) {
                // Also where no thread can be made any more: a round that
                // ends in the middle would leave leases standing.
                LOG.error("a listener failed at {}; the lease itself is not touched by that", event, e);
            }
        }
    }
}
