package org.scpbeforerelay.store.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStoreContract;
import org.scpbeforerelay.store.shared.SharedRecord.Granted;
import org.scpbeforerelay.store.shared.SharedRecord.Revoked;

final class MarksTest {
    /** Between the grant and the end of the contract's leases. */
    private static final long NOW_MS = 1_795_000_700_000L;

    private static final long TERM_MS = 1_200_000;
    private static final long DAY_MS = 86_400_000;
    private static final Lease HERE = LeaseStoreContract.lease("gerard/gwaihir", "203.0.113.7");
    private static final Lease THERE = LeaseStoreContract.lease("gerard/gwaihir", "203.0.113.8");

    private final Marks marks = new Marks();

    @Test
    void recordsInAnyOrderAndAnyNumberGiveTheSameBook() {
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            List<SharedRecord> records = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                long stamp = Stamps.at(NOW_MS) + random.nextInt(6);
                Lease lease = random.nextBoolean() ? HERE : THERE;
                records.add(
                        random.nextInt(4) == 0
                                ? new Revoked(stamp, HERE.key(), NOW_MS + TERM_MS)
                                : new Granted(stamp, TERM_MS, lease));
            }
            Map<LeaseKey, String> first = book(records);
            for (int again = 0; again < 5; again++) {
                List<SharedRecord> shuffled = new ArrayList<>(records);
                shuffled.addAll(records.subList(0, 6));
                Collections.shuffle(shuffled, random);
                assertThat(book(shuffled)).isEqualTo(first);
            }
        }
    }

    @Test
    void aRevocationBeatsTheGrantItWasMadeForWhateverTheClocksSay() {
        View behind = view(NOW_MS - 1_500, true);
        marks.merge(new Granted(Stamps.at(NOW_MS + 1_500), TERM_MS, HERE), false, NOW_MS, behind);

        SharedRecord word = marks.word(new LeaseChange.Remove(HERE.key()), behind);

        assertThat(word).isInstanceOf(Revoked.class);
        assertThat(word == null ? 0 : word.stamp()).isGreaterThan(Stamps.at(NOW_MS + 1_500));
    }

    @Test
    void aLeaseOfAnotherHostEndsByTheEarliestOfAllClocks() {
        View view = view(NOW_MS, true);
        Granted granted = new Granted(Stamps.at(NOW_MS), 600_000, HERE);

        Lease young = view.believed(granted, NOW_MS, View.SKEW_MAX_MS);
        assertThat(young.deadlineMs()).isEqualTo(view.now().monotonicMs() + 600_000);
        assertThat(young.expiresAtMs()).isEqualTo(HERE.expiresAtMs() - 2_000);

        Lease old = view.believed(granted, NOW_MS - 100_000, View.SKEW_MAX_MS);
        assertThat(old.deadlineMs()).isEqualTo(view.now().monotonicMs() + 500_000);
    }

    @Test
    void aGrantFromAHostWhoseClockIsAheadIsNotBelieved() {
        long ahead = NOW_MS + View.SKEW_MAX_MS + 1;
        assertThat(marks.merge(new Granted(Stamps.at(ahead), TERM_MS, HERE), false, NOW_MS, view(NOW_MS, true)))
                .isNull();
        assertThat(marks.aheadOfTime()).isEqualTo(1);
    }

    @Test
    void aHostWhoseOwnClockIsWrongBelievesNoGrantUntilItIsRight() {
        Granted granted = new Granted(Stamps.at(NOW_MS), TERM_MS, THERE);
        marks.merge(new Granted(Stamps.at(NOW_MS) - 9, TERM_MS, HERE), true, NOW_MS, view(NOW_MS, true));

        assertThat(marks.merge(granted, false, NOW_MS, view(NOW_MS, false)))
                .isEqualTo(new LeaseChange.Remove(HERE.key()));
        assertThat(marks.merge(granted, false, NOW_MS, view(NOW_MS, true))).isInstanceOf(LeaseChange.Put.class);
    }

    @Test
    void whatOutlivesTheWindowIsWrittenAgainByItsWriterAndThenByAnybody() {
        Granted granted = new Granted(Stamps.at(NOW_MS), DAY_MS, lasting(HERE, DAY_MS));
        marks.merge(granted, false, NOW_MS, view(NOW_MS, true));

        assertThat(marks.takeDue(view(NOW_MS + Marks.RESTATE_OTHERS_MS - 1, true), 10))
                .isEmpty();
        List<SharedRecord> again = marks.takeDue(view(NOW_MS + Marks.RESTATE_OTHERS_MS, true), 10);
        assertThat(again).singleElement().isInstanceOfSatisfying(Granted.class, word -> {
            assertThat(word.stamp()).isEqualTo(granted.stamp());
            assertThat(word.lease().expiresAtMs())
                    .as("the end that its writer said, not what this host believes of it")
                    .isEqualTo(granted.lease().expiresAtMs());
        });
        assertThat(Marks.RESTATE_MINE_MS).isLessThan(Marks.RESTATE_OTHERS_MS);
        assertThat(Marks.RESTATE_OTHERS_MS).isLessThan(Marks.WINDOW_MS);
    }

    @Test
    void anOlderWordThatWouldLastLongerStaysBeatenWhicheverIsReadFirst() {
        Granted older = new Granted(Stamps.at(NOW_MS) - 1, DAY_MS, lasting(HERE, DAY_MS));
        Granted newer = new Granted(Stamps.at(NOW_MS), TERM_MS, lasting(THERE, TERM_MS));
        for (List<Granted> order : List.of(List.of(older, newer), List.of(newer, older))) {
            Marks read = new Marks();
            order.forEach(word -> read.merge(word, false, NOW_MS, view(NOW_MS, true)));
            View hoursLater = view(NOW_MS + 10 * TERM_MS, true);
            read.word(new LeaseChange.Remove(HERE.key()), hoursLater);
            read.takeDue(hoursLater, 10);
            read.merge(older, false, NOW_MS, hoursLater);
            assertThat(read.lease(HERE.key()))
                    .as("read in this order: " + order)
                    .isNull();
        }
    }

    @Test
    void anotherHostsWordOfTheSameInstantIsNotTakenForTheOneThatTheLogHasLost() {
        View view = view(NOW_MS, true);
        Granted mine = new Granted(Stamps.at(NOW_MS), TERM_MS, THERE);
        Granted other = new Granted(Stamps.at(NOW_MS), TERM_MS, HERE);
        marks.merge(mine, true, NOW_MS, view);
        marks.beginReplay();
        marks.merge(other, false, NOW_MS, view);

        assertThat(marks.lease(HERE.key()))
                .isNotNull()
                .extracting(Lease::address)
                .isEqualTo(THERE.address());
        assertThat(marks.endReplay(view)).isEqualTo(1);
        assertThat(marks.takeDue(view, 10)).hasSize(1);
    }

    private static Lease lasting(Lease lease, long termMs) {
        return new Lease(
                lease.key(),
                lease.address(),
                32,
                lease.source(),
                false,
                "",
                NOW_MS,
                NOW_MS,
                NOW_MS + termMs,
                1_000_000 + termMs);
    }

    @Test
    void whatTheLogHasLostIsCountedAndWrittenAgain() {
        View view = view(NOW_MS, true);
        marks.merge(new Granted(Stamps.at(NOW_MS), TERM_MS, HERE), true, NOW_MS, view);
        marks.beginReplay();

        assertThat(marks.endReplay(view)).isEqualTo(1);
        List<SharedRecord> again = marks.takeDue(view, 10);
        assertThat(again).hasSize(1);
        marks.written(again, NOW_MS);
        marks.beginReplay();
        marks.merge(again.getFirst(), true, NOW_MS, view);
        assertThat(marks.endReplay(view)).isZero();
    }

    private static Map<LeaseKey, String> book(List<SharedRecord> records) {
        Marks marks = new Marks();
        records.forEach(record -> marks.merge(record, false, NOW_MS, view(NOW_MS, true)));
        Map<LeaseKey, String> book = new HashMap<>();
        marks.leases(lease -> book.put(lease.key(), lease.addressText()));
        return book;
    }

    private static View view(long wallMs, boolean trusted) {
        return new View(new Moment(wallMs, 1_000_000 + wallMs - NOW_MS), wallMs, trusted, DAY_MS);
    }
}
