package org.scpbeforerelay.sink.table;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.quota.Quotas;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.relay.RelayRules;
import org.scpbeforerelay.relay.Weight;

/**
 * What a table ought to hold: the clients that a lookup which tells the address alone would permit at this moment. Looks only at
 * what may have changed where it can; at everything when users or terms were changed, when a clock was stepped, and once a minute all the same.
 * For one thread.
 */
final class WantedRows {
    private static final long ALL_AGAIN_MS = 60_000;
    private static final long ENDS_AGAIN_MS = 1_000;

    /** Clocks that are set right slowly stay below this from look to look. */
    private static final long STEP_MS = 250;

    private final LeaseBook book;
    private final Supplier<Roster> rosters;
    private final Supplier<LeaseTerms> terms;
    private final TableType type;
    private final TreeMap<Network, Row> rows = new TreeMap<>(Row.ORDER);
    private final Set<Network> touched = new HashSet<>();

    private @Nullable InForce inForce;
    private long wallAheadMs;
    private long allAtMs;
    private long endsAtMs;

    /** By the monotonic clock: no row is over before. */
    private long nextEndMs = Long.MAX_VALUE;

    /** One reading of what is in force. */
    private record InForce(Roster roster, LeaseTerms terms) {
        boolean isOtherThan(@Nullable InForce former) {
            return former == null || former.roster != roster || former.terms != terms;
        }
    }

    WantedRows(LeaseBook book, Supplier<Roster> rosters, Supplier<LeaseTerms> terms, TableType type) {
        this.book = book;
        this.rosters = rosters;
        this.terms = terms;
        this.type = type;
    }

    /** All rows, in the order of a table; a live view. */
    SortedMap<Network, Row> rows() {
        return Collections.unmodifiableSortedMap(rows);
    }

    /** The clients whose rows have come, gone or changed since {@link #settle}. */
    Set<Network> touched() {
        return touched;
    }

    /** The table holds what it ought to. */
    void settle() {
        touched.clear();
    }

    /** When to look again though nothing happens, in milliseconds from {@code now}. */
    long nextLookMs(Moment now) {
        return Math.clamp(nextEndMs - now.monotonicMs(), 0, ENDS_AGAIN_MS);
    }

    /** Looks at the book again, at these clients in any case. */
    void look(Collection<Network> changed, Moment now) {
        InForce current = new InForce(rosters.get(), terms.get());
        long ahead = now.wallMs() - now.monotonicMs();
        boolean all = current.isOtherThan(inForce)
                || Math.abs(ahead - wallAheadMs) > STEP_MS
                || now.monotonicMs() - allAtMs >= ALL_AGAIN_MS;
        inForce = current;
        wallAheadMs = ahead;
        if (all) {
            lookAtAll(current, now);
            return;
        }
        for (Network client : changed) {
            set(client, wanted(client, current, now));
        }
        if (now.monotonicMs() >= nextEndMs || now.monotonicMs() - endsAtMs >= ENDS_AGAIN_MS) {
            lookForEnds(current, now);
        }
    }

    private void lookAtAll(InForce current, Moment now) {
        allAtMs = now.monotonicMs();
        Map<Network, Row> fresh = new TreeMap<>(Row.ORDER);
        for (Lease lease : book.all()) {
            Row row = row(lease, current, now);
            if (row != null) {
                fresh.merge(row.client(), row, (one, other) -> longer(one, other, now));
            }
        }
        for (Network client : Set.copyOf(rows.keySet())) {
            if (!fresh.containsKey(client)) {
                set(client, null);
            }
        }
        fresh.forEach(this::set);
        lookForEnds(current, now);
    }

    private void lookForEnds(InForce current, Moment now) {
        endsAtMs = now.monotonicMs();
        long least = Long.MAX_VALUE;
        Iterator<Row> each = rows.values().iterator();
        Set<Network> over = new HashSet<>();
        while (each.hasNext()) {
            Row row = each.next();
            if (row.isOver(now)) {
                over.add(row.client());
            } else {
                least = Math.min(least, row.leftMs(now));
            }
        }
        nextEndMs = least == Long.MAX_VALUE ? least : now.monotonicMs() + least;
        // Another principal's lease may go on.
        over.forEach(client -> set(client, wanted(client, current, now)));
    }

    private void set(Network client, @Nullable Row row) {
        Row former = row == null ? rows.remove(client) : rows.put(client, row);
        if (row == null ? former != null : !row.equals(former)) {
            touched.add(client);
        }
        if (row != null) {
            nextEndMs = Math.min(nextEndMs, Math.min(row.deadlineMs(), row.endsAtMs() - wallAheadMs));
        }
    }

    private @Nullable Row wanted(Network client, InForce current, Moment now) {
        Row longest = null;
        for (Lease lease : book.at(client.base())) {
            if (lease.prefixLength() == client.prefixLength()) {
                Row row = row(lease, current, now);
                longest = row == null || longest == null ? (row == null ? longest : row) : longer(longest, row, now);
            }
        }
        return longest;
    }

    private @Nullable Row row(Lease lease, InForce current, Moment now) {
        if (!lease.isSingleAddress() && !type.holdsNetworks()) {
            return null;
        }
        RelayQuestion question = RelayQuestion.byAddressAlone(lease.address());
        Roster roster = current.roster();
        if (RelayRules.weigh(lease, question, roster, current.terms(), Quotas.UNUSED, now) != Weight.PERMITS) {
            return null;
        }
        Allowance allowance = roster.allowance(lease.user(), lease.source());
        if (allowance != null && !lease.isSingleAddress() && !current.terms().admitsThroughout(lease, allowance)) {
            return null; // a row cannot leave out one address of a network
        }
        return new Row(lease.network(), Math.min(lease.expiresAtMs(), keyEndMs(lease, roster)), lease.deadlineMs());
    }

    /** A lease ends with the key that proved it. */
    private static long keyEndMs(Lease lease, Roster current) {
        Allowance allowance = current.allowance(lease.user(), lease.source());
        if (allowance == null || current.authorities().contains(lease.proof())) {
            return Long.MAX_VALUE;
        }
        return allowance.keys().getOrDefault(lease.proof(), Long.MAX_VALUE);
    }

    private static Row longer(Row one, Row other, Moment now) {
        return one.leftMs(now) >= other.leftMs(now) ? one : other;
    }
}
