package org.scpbeforerelay.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;

/**
 * Readers while the one writer writes: a reader never sees a lease that was taken away before it asked, and never misses one
 * that stands the whole time.
 *
 * <p>All changes are drawn beforehand, so that it is known what stands after each. A lease carries the number of its change in
 * {@code grantedAtMs}; the writer says in {@code done} which changes have returned.
 */
final class LeaseBookStressTest {
    private static final int CHANGES = 200_000;
    private static final int READERS = 3;
    private static final Principal GWAIHIR = Principal.parse("gerard/gwaihir");
    private static final Lease STANDING =
            SampleLeases.lease("frodo", "203.0.113.1", new Moment(0, 0), Long.MAX_VALUE / 2);

    private final LeaseBook book = new LeaseBook();
    private final List<Change> changes = new ArrayList<>();
    private final int[][] standingAfter = new int[2][CHANGES + 1];
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong seen = new AtomicLong();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    /** Another address, another network, or none, for one device's lease of either family. */
    private record Change(Lease lease, boolean removes) {}

    @Test
    void readerNeverSeesALeaseThatWasTakenAwayBeforeItAsked() throws InterruptedException {
        draw(new Random(37));
        book.put(STANDING);
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            readers.add(Thread.ofPlatform().start(this::readOn));
        }
        for (int number = 1; number <= CHANGES; number++) {
            Change change = changes.get(number - 1);
            if (change.removes) {
                book.remove(change.lease.key());
            } else {
                book.put(change.lease);
            }
            done.set(number);
        }
        over.set(true);
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(wrong).isEmpty();
        assertThat(seen).hasPositiveValue();
    }

    private void draw(Random random) {
        List<ClientAddress> places = addresses();
        for (int number = 1; number <= CHANGES; number++) {
            ClientAddress address = places.get(random.nextInt(places.size()));
            boolean removes = random.nextInt(4) == 0;
            changes.add(new Change(numbered(address, random.nextBoolean() ? 64 : 128, number), removes));
            for (int family = 0; family < 2; family++) {
                boolean changed = family == familyOf(address);
                standingAfter[family][number] = changed ? (removes ? 0 : number) : standingAfter[family][number - 1];
            }
        }
    }

    private void readOn() {
        List<ClientAddress> places = addresses();
        while (!over.get()) {
            for (ClientAddress client : places) {
                int returned = done.get();
                check(client, returned, book.at(client));
            }
        }
    }

    private void check(ClientAddress client, int returned, Lease[] found) {
        boolean standing = false;
        for (Lease lease : found) {
            seen.incrementAndGet();
            standing |= lease == STANDING;
            boolean stale = lease != STANDING
                    && lease.grantedAtMs() <= returned
                    && lease.grantedAtMs() != standingAfter[familyOf(client)][returned];
            if (stale || !lease.covers(client)) {
                say(client + ": " + lease + " seen after change " + returned);
            }
        }
        if (client.equals(STANDING.address()) != standing) {
            say("the lease that nobody touched, on " + client + ": " + standing);
        }
    }

    private void say(String what) {
        if (wrong.size() < 10) {
            wrong.add(what);
        }
    }

    private static int familyOf(ClientAddress address) {
        return address.isIpv4() ? 0 : 1;
    }

    private static List<ClientAddress> addresses() {
        return List.of("203.0.113.1", "203.0.113.2", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1").stream()
                .map(SampleLeases::address)
                .toList();
    }

    private static Lease numbered(ClientAddress address, int prefix6, int change) {
        return SampleLeases.lease(GWAIHIR, address, prefix6, LeaseSource.SSH, "", new Moment(change, 0), 1_000);
    }
}
