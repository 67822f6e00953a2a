package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.shared.SharedRecord.Granted;
import org.scpbeforerelay.store.shared.SharedRecord.Revoked;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases on this host's disk and in the log of all hosts.
 *
 * <p>What this host grants or takes away is on its disk first and then appended to the log, both before {@link #commit} returns.
 * While the log cannot be reached, {@link WhenAway} says what becomes of announcements; revocations hold at once, and are
 * told when the log is back. What comes from the log ({@link #take}) is in the book at once and on the disk a little later: the log
 * has it meanwhile.
 */
public final class SharedStore implements LeaseStore {
    /** What becomes of announcements while the log cannot be reached. */
    public enum WhenAway {
        /** They count at this host alone, and the answer says so. */
        LOCAL,
        /** They are refused. */
        REFUSE
    }

    private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);

    /** A renewal is kept from the log while more than this part of what it would give is left. */
    private static final double SPARED_FROM = 0.6;

    /** How many leases of other hosts go to the disk with one commit. */
    private static final int DEFERRED_MAX = 1_000;

    private static final int RESTATED_MAX = 1_000;

    private final LeaseStore disk;
    private final Revocations revocations;
    private final Clock clock;
    private final WhenAway whenAway;
    private final LongSupplier maxTermMs;
    private final String engine;
    private final Marks marks = new Marks();
    private final Unwritten unwritten = new Unwritten(marks::lease);
    private final EngineTime engineTime = new EngineTime();
    private final Line line;
    private volatile @Nullable Consumer<SharedStore> firstReading;
    private boolean loading;
    private boolean lastWasLocal;
    private volatile int placesKnown;
    private volatile SharedQuotas quotas = SharedQuotas.none();

    /**
     * Uses its parts only from {@link #load} on.
     *
     * @param disk this host's own record
     * @param writer this host's name in the log; see {@link NodeName}
     * @param engine where the log is, for people
     * @param maxTermMs the longest term in force
     */
    public SharedStore(
            LeaseStore disk,
            Revocations revocations,
            String writer,
            String engine,
            Clock clock,
            WhenAway whenAway,
            LongSupplier maxTermMs) {
        this.disk = disk;
        this.revocations = revocations;
        this.engine = engine;
        this.clock = clock;
        this.whenAway = whenAway;
        this.maxTermMs = maxTermMs;
        this.line = new Line(writer, clock.now().wallMs());
    }

    Line line() {
        return line;
    }

    EngineTime engineTime() {
        return engineTime;
    }

    Clock clock() {
        return clock;
    }

    /** Has {@link #load} read the log first, where it can be reached: what others said since counts from the start. */
    void readFirst(Consumer<SharedStore> reading) {
        firstReading = reading;
    }

    /** From now on what users have used of their limits is shared as well. */
    public void share(SharedQuotas newQuotas) {
        quotas = newQuotas;
    }

    View view() {
        Moment now = clock.now();
        return new View(now, engineTime.ms(now), engineTime.trusts(now), maxTermMs.getAsLong());
    }

    @Override
    public void load(Consumer<Recorded> each) throws StoreException {
        flush(Integer.MAX_VALUE);
        Moment now = clock.now();
        IdentityHashMap<Lease, Recorded> onDisk = new IdentityHashMap<>();
        List<LeaseKey> unsure = new ArrayList<>();
        disk.load(recorded -> {
            boolean sameBoot = recorded.bootId().equals(clock.bootId());
            if (!sameBoot && !clock.isSynchronised()) {
                // What is left of it, the log says. To take it from the
                // others because of that is not this host's to do.
                unsure.add(recorded.lease().key());
                return;
            }
            Lease lease = sameBoot ? recorded.lease() : byWall(recorded.lease(), now);
            onDisk.put(lease, recorded);
            marks.recall(lease);
        });
        revocations.load(now.wallMs()).forEach(marks::place);
        Consumer<SharedStore> reading = firstReading;
        if (reading != null) {
            loading = true;
            reading.accept(this);
            loading = false;
        }
        // What the log says as well was read over in its order: the deadline on the disk was worked out first.
        for (Lease lease : onDisk.keySet()) {
            if (marks.lease(lease.key()) != null) {
                marks.recall(lease);
            } else {
                unwritten.add(new LeaseChange.Remove(lease.key()));
            }
        }
        unsure.removeIf(key -> marks.lease(key) != null);
        unsure.forEach(key -> unwritten.add(new LeaseChange.Remove(key)));
        List<Lease> known = new ArrayList<>(marks.size());
        marks.leases(known::add);
        for (Lease lease : known) {
            Recorded recorded = onDisk.isEmpty() ? null : onDisk.get(lease);
            if (recorded == null) {
                unwritten.addFirst(lease);
            }
            each.accept(recorded == null ? new Recorded(lease, clock.bootId()) : recorded);
        }
    }

    private static Lease byWall(Lease lease, Moment now) {
        return lease.withDeadlineMs(now.monotonicMs() + Math.max(0, lease.expiresAtMs() - now.wallMs()));
    }

    @Override
    public void commit(List<LeaseChange> changes, String bootId) throws StoreException {
        View view = view();
        List<LeaseChange> toDisk = new ArrayList<>();
        List<SharedRecord> words = new ArrayList<>();
        List<Revoked> revoked = new ArrayList<>();
        boolean grants = false;
        // Of a place only what it is after the round counts: what others
        // said and has been overtaken is no word of ours.
        Map<LeaseKey, LeaseChange> outcome = new LinkedHashMap<>();
        changes.forEach(change -> outcome.put(change.key(), change));
        for (LeaseChange change : outcome.values()) {
            if (!marks.knows(change)) {
                SharedRecord word = marks.word(change, view);
                if (word != null) {
                    words.add(word);
                }
                if (word instanceof Revoked one) {
                    revoked.add(one);
                }
                grants |= word instanceof Granted;
                unwritten.remove(change.key());
            }
            if (!unwritten.has(change.key())) {
                toDisk.add(change);
            }
        }
        lastWasLocal = false; // should the disk fail
        record(toDisk, revoked, bootId, view);
        lastWasLocal = !publish(words, view) && grants;
    }

    private void record(List<LeaseChange> toDisk, List<Revoked> revoked, String bootId, View view)
            throws StoreException {
        try {
            revocations.add(revoked, view.now().wallMs());
            if (!toDisk.isEmpty()) {
                disk.commit(toDisk, bootId);
            }
        } catch (StoreException | RuntimeException | Error e) {
            // The disk fails; the others are told all the same.
            publish(List.copyOf(revoked), view);
            throw e;
        }
    }

    /**
     * Tells these words; whether the log has them now. Grants of a host whose clock is wrong are kept from it. A grant that is
     * refused because it could not be told is no word, and needs none that takes it back: if the log has it after all, it is
     * read from there and counts, in its place in the order.
     */
    private boolean publish(List<SharedRecord> words, View view) {
        Predicate<SharedRecord> isFit = word -> view.trusted() || !(word instanceof Granted);
        List<SharedRecord> fit = words.stream().filter(isFit).toList();
        boolean appended = fit.isEmpty() || line.append(fit, view.engineMs() - Marks.WINDOW_MS, view.now());
        boolean told = appended && fit.size() == words.size();
        for (SharedRecord word : words) {
            if (told || whenAway == WhenAway.LOCAL || !(word instanceof Granted)) {
                marks.place(word);
            }
        }
        if (appended) {
            marks.written(fit, view.engineMs());
        }
        return told;
    }

    /** Takes what was read from the log; gives what it changes in the book, when that is loaded. For the one writer. */
    List<LeaseChange> take(List<LogRecords> read) {
        View view = view();
        List<LeaseChange> changes = new ArrayList<>();
        for (LogRecords one : read) {
            boolean mine = one.writer().equals(line.writer());
            if (!mine) {
                quotas.take(one, view);
            }
            for (SharedRecord record : one.records()) {
                LeaseChange change = marks.merge(record, mine, one.id().ms(), view);
                if (change != null && !loading) {
                    unwritten.add(change);
                    changes.add(change);
                }
            }
        }
        placesKnown = marks.size();
        return changes;
    }

    void beginReplay() {
        marks.beginReplay();
    }

    /** How many words of the log were lost by the engine; see {@link Marks#endReplay}. */
    int endReplay() {
        View view = view();
        quotas.restate(view);
        return marks.endReplay(view);
    }

    /**
     * Does what can wait: writes to the disk what others said, and to the log what it lost or is about to forget. For the one
     * writer.
     *
     * @param alive whether to say as well that this host lives
     * @return whether there is more to do at once
     */
    boolean tend(boolean alive) {
        try {
            if (!loading) {
                flush(DEFERRED_MAX);
            }
        } catch (StoreException e) {
            LOG.debug("what other hosts said is not on the disk yet", e);
        }
        if (line.session() == null) {
            return false;
        }
        View view = view();
        List<SharedRecord> words = new ArrayList<>();
        if (view.trusted()) {
            words.addAll(marks.takeDue(view, RESTATED_MAX));
        }
        boolean more = words.size() == RESTATED_MAX;
        List<SharedRecord.Spent> spent = quotas.due(view);
        words.addAll(spent);
        if (alive) {
            words.add(new SharedRecord.Alive(Stamps.at(view.engineMs())));
        }
        if (!words.isEmpty()) {
            if (line.append(words, view.engineMs() - Marks.WINDOW_MS, view.now())) {
                marks.written(words, view.engineMs());
                quotas.written(spent, view);
            } else {
                marks.notWritten(words, view);
                return false;
            }
        }
        return more || !unwritten.isEmpty();
    }

    private void flush(int most) throws StoreException {
        List<LeaseChange> changes = unwritten.take(most);
        if (changes.isEmpty()) {
            return;
        }
        try {
            disk.commit(changes, clock.bootId());
        } catch (StoreException | RuntimeException | Error e) {
            unwritten.giveBack(changes);
            throw e;
        }
    }

    @Override
    public @Nullable String refusal() {
        Moment now = clock.now();
        boolean alone = line.session() == null || !engineTime.trusts(now);
        return whenAway == WhenAway.REFUSE && alone ? awayWords() : null;
    }

    @Override
    public @Nullable String caveat() {
        return lastWasLocal ? "it counts at this relay host alone for now: " + awayWords() : null;
    }

    @Override
    public boolean refusesAlone() {
        return whenAway == WhenAway.REFUSE;
    }

    private String awayWords() {
        long ahead = engineTime.aheadMs(clock.now());
        return engineTime.trusts(clock.now())
                ? "the store that all relay hosts share is away"
                : "this relay host's clock is " + Math.abs(ahead) / 1000 + " s " + (ahead > 0 ? "ahead" : "behind");
    }

    @Override
    public boolean spares(Lease former, Lease fresh, Moment now) {
        // A word that is spared has no place in the order: while this host may be behind the others, each is said.
        return line.session() != null
                && !former.held()
                && !fresh.held()
                && fresh.source() != LeaseSource.OPERATOR
                && former.source() == fresh.source()
                && former.proof().equals(fresh.proof())
                && former.address().equals(fresh.address())
                && former.prefixLength() == fresh.prefixLength()
                && former.activeAt(now)
                && former.leftMs(now) > SPARED_FROM * fresh.leftMs(now);
    }

    int placesKnown() {
        return placesKnown;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    /** What an operator should know; null while all is well. */
    public @Nullable String problem() {
        Moment now = clock.now();
        if (!engineTime.trusts(now)) {
            return awayWords() + (engineTime.aheadMs(now) > 0 ? " of" : "")
                    + " the shared store's: what other hosts grant is not believed here, and what is granted here"
                    + " counts here alone; set the clock (chrony, systemd-timesyncd)";
        }
        return line.session() == null ? "the shared store is away (" + line.why() + ")" : null;
    }

    @Override
    public String describe() {
        return "shared store " + engine + (line.session() == null ? ", away: " + line.why() : "") + "; " + placesKnown
                + " places known; here: " + disk.describe();
    }

    @Override
    public void close() {
        try {
            flush(Integer.MAX_VALUE);
        } catch (StoreException e) {
            LOG.warn("{}; what other hosts said last is in the log and will be read from there", e.getMessage());
        }
        quotas.tellTheRest(line, view());
        line.close("this host is ending", clock.now());
        disk.close();
    }
}
