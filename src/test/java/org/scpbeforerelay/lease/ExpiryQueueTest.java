package org.scpbeforerelay.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.AddressFamily;

final class ExpiryQueueTest {
    private static final long SEED = 18;

    private static final int ALL = Integer.MAX_VALUE;

    private final ExpiryQueue queue = new ExpiryQueue();

    @Test
    void nothingIsDueInAnEmptyQueue() {
        assertThat(queue.nextMs()).isNull();
        assertThat(queue.takeDue(Long.MAX_VALUE, ALL)).isEmpty();
    }

    @Test
    void keyComesUpOnceAndNotBeforeItsDeadline() {
        queue.schedule(key(1), 5_001);
        assertThat(queue.nextMs()).isEqualTo(6_000);
        assertThat(queue.takeDue(5_001, ALL)).isEmpty();
        assertThat(queue.takeDue(5_999, ALL)).isEmpty();
        assertThat(queue.takeDue(6_000, ALL)).containsExactly(key(1));
        assertThat(queue.takeDue(7_000, ALL)).isEmpty();
        assertThat(queue.nextMs()).isNull();
    }

    @Test
    void deadlineOnAWholeSecondComesUpInThatSecond() {
        queue.schedule(key(1), 5_000);
        assertThat(queue.takeDue(4_999, ALL)).isEmpty();
        assertThat(queue.takeDue(5_000, ALL)).containsExactly(key(1));
    }

    @Test
    void deadlinesBeforeTheBootComeUpAtOnce() {
        queue.schedule(key(1), -1_500);
        queue.schedule(key(2), 0);
        assertThat(queue.takeDue(0, ALL)).containsExactly(key(1), key(2));
    }

    @Test
    void everythingDueComesOutAfterALongSleep() {
        for (int i = 0; i < 1_000; i++) {
            queue.schedule(key(i), i * 700L);
        }
        assertThat(queue.takeDue(10_000_000, ALL)).hasSize(1_000).doesNotHaveDuplicates();
    }

    @Test
    void whatIsDueComesOutInPortionsAndWhole() {
        for (int i = 0; i < 10; i++) {
            queue.schedule(key(i), i < 7 ? 1_000 : 2_000);
        }
        List<LeaseKey> taken = new ArrayList<>();
        for (int portion : List.of(3, 3, 3, 1)) {
            assertThat(queue.nextMs()).isNotNull();
            List<LeaseKey> due = queue.takeDue(2_000, 3);
            assertThat(due).hasSize(portion);
            taken.addAll(due);
        }
        assertThat(taken).hasSize(10).doesNotHaveDuplicates();
        assertThat(queue.nextMs()).isNull();
    }

    @Test
    void queueAgreesWithAPlainListOverRandomSchedules() {
        Random random = new Random(SEED);
        List<Scheduled> model = new ArrayList<>();
        long nowMs = -5_000;
        for (int i = 0; i < 100_000; i++) {
            if (random.nextInt(3) > 0) {
                Scheduled one = new Scheduled(key(random.nextInt(50)), nowMs + random.nextInt(-2_000, 20_000));
                queue.schedule(one.key, one.deadlineMs);
                model.add(one);
            } else {
                nowMs += random.nextInt(1_500);
                long at = nowMs;
                List<LeaseKey> expected = model.stream()
                        .filter(one -> Math.ceilDiv(one.deadlineMs, 1000) * 1000 <= at)
                        .map(Scheduled::key)
                        .sorted()
                        .toList();
                model.removeIf(one -> Math.ceilDiv(one.deadlineMs, 1000) * 1000 <= at);
                if (!queue.takeDue(at, ALL).stream().sorted().toList().equals(expected)) {
                    fail("seed %d, step %d", SEED, i);
                }
            }
        }
        assertThat(queue.takeDue(Long.MAX_VALUE, ALL)).hasSize(model.size());
    }

    private record Scheduled(LeaseKey key, long deadlineMs) {}

    private static LeaseKey key(int device) {
        return new LeaseKey(
                new Principal(new UserName("gerard"), new DeviceName("d" + device)), AddressFamily.IPV4, null);
    }
}
