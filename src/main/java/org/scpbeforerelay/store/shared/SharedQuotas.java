package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.QuotaLedger;
import org.scpbeforerelay.quota.Spending;
import org.scpbeforerelay.quota.SpentElsewhere;
import org.scpbeforerelay.quota.SpentElsewhere.Tally;
import org.scpbeforerelay.quota.Usage;
import org.scpbeforerelay.store.shared.SharedRecord.Spent;

/**
 * Tells the other hosts what this one has counted on users with limits, and hands on what they have counted. About every second, off the
 * way of a lookup: totals are read where they are counted, and what is heard is left for the thread that counts.
 *
 * <p>All but {@link #restate} is for the one writer.
 */
public final class SharedQuotas {
    /** How often is said again what still matters, in milliseconds: within the log's window, for hosts that were away longer. */
    static final long RESTATE_EVERY_MS = Marks.WINDOW_MS / 2;

    /** How many users are told of at once; the others have their turn a second later. */
    static final int USERS_MAX = 10_000;

    private static final Pattern WRITER = Pattern.compile("[A-Za-z0-9.-]{1,80}");
    private static final long USED_MAX = 0xffff_ffffL;

    private final QuotaLedger ledger;
    private final Consumer<List<SpentElsewhere>> hearer;
    private final Map<UserName, Said> said = new HashMap<>();
    private volatile long restateFromMs;
    private Iterator<Map.Entry<UserName, Spending>> walk = Collections.emptyIterator();

    /** What was told of a user, and what of this host's own count still stood then. */
    private record Said(@Nullable Own messages, @Nullable Own recipients, long atMs) {}

    private record Own(long total, Meter standing) {}

    /** {@code hearer}: takes what other hosts have counted, and does not wait. */
    public SharedQuotas(QuotaLedger ledger, Consumer<List<SpentElsewhere>> hearer) {
        this.ledger = ledger;
        this.hearer = hearer;
    }

    /** Nothing is shared. */
    static SharedQuotas none() {
        return new SharedQuotas(new QuotaLedger(), spent -> {});
    }

    /** What the others are to be told now. */
    List<Spent> due(View view) {
        List<Spent> due = new ArrayList<>();
        long nowMs = view.now().monotonicMs();
        if (!walk.hasNext()) {
            walk = ledger.spendings().entrySet().iterator();
        }
        while (walk.hasNext() && due.size() < USERS_MAX) {
            Map.Entry<UserName, Spending> one = walk.next();
            Said before = said.get(one.getKey());
            long messages = one.getValue().messages();
            long recipients = one.getValue().recipients();
            boolean isNew =
                    before == null || total(before.messages) != messages || total(before.recipients) != recipients;
            boolean isOld = before != null && (before.atMs < restateFromMs || nowMs - before.atMs > RESTATE_EVERY_MS);
            Usage usage = isNew || isOld ? ledger.usage(one.getKey()) : Usage.NONE;
            if (isNew || isOld && !usage.isOver(nowMs)) {
                due.add(new Spent(
                        Stamps.at(view.engineMs()),
                        one.getKey(),
                        tally(usage.messages(), before == null ? null : before.messages, messages, nowMs),
                        tally(usage.recipients(), before == null ? null : before.recipients, recipients, nowMs)));
            }
        }
        return due;
    }

    private static @Nullable Tally tally(@Nullable Meter meter, @Nullable Own before, long total, long nowMs) {
        if (meter == null) {
            return null;
        }
        long used = meter.at(meter.rate(), nowMs).used();
        return new Tally(
                meter.rate(),
                Math.min(USED_MAX, own(meter.rate(), before, total, nowMs).used()),
                total,
                Math.min(USED_MAX, used));
    }

    /** What of this host's own count still stands: as if it were alone. */
    private static Meter own(Rate rate, @Nullable Own before, long total, long nowMs) {
        Meter standing = before == null ? Meter.unused(rate, nowMs) : before.standing.at(rate, nowMs);
        long more = total - total(before);
        return more < 0 ? standing.givenBack(-more) : standing.spent(more);
    }

    private static long total(@Nullable Own own) {
        return own == null ? 0 : own.total;
    }

    /** The log has these. */
    void written(List<Spent> told, View view) {
        long nowMs = view.now().monotonicMs();
        for (Spent spent : told) {
            Said before = said.get(spent.user());
            said.put(
                    spent.user(),
                    new Said(
                            told(spent.messages(), before == null ? null : before.messages, nowMs),
                            told(spent.recipients(), before == null ? null : before.recipients, nowMs),
                            nowMs));
        }
    }

    private static @Nullable Own told(@Nullable Tally tally, @Nullable Own before, long nowMs) {
        return tally == null ? before : new Own(tally.total(), own(tally.rate(), before, tally.total(), nowMs));
    }

    /** When this host ends: what it has counted since it told the others last. */
    void tellTheRest(Line line, View view) {
        walk = Collections.emptyIterator();
        List<Spent> rest = due(view);
        if (!rest.isEmpty() && line.append(rest, view.engineMs() - Marks.WINDOW_MS, view.now())) {
            written(rest, view);
        }
    }

    /** Has all that matters said again: the log may have lost it. */
    void restate(View view) {
        restateFromMs = view.now().monotonicMs() + 1;
    }

    /** Hands on what another host has said. */
    void take(LogRecords read, View view) {
        List<SpentElsewhere> heard = new ArrayList<>();
        for (SharedRecord record : read.records()) {
            if (record instanceof Spent spent && WRITER.matcher(read.writer()).matches()) {
                heard.add(new SpentElsewhere(
                        read.writer(),
                        read.epoch(),
                        read.sequence(),
                        spent.user(),
                        spent.messages(),
                        spent.recipients(),
                        Math.max(0, view.engineMs() - read.id().ms())));
            }
        }
        if (!heard.isEmpty()) {
            hearer.accept(heard);
        }
    }
}
