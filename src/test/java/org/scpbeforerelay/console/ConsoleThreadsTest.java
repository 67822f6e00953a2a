package org.scpbeforerelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who loses a thread when others wait for one: the stranger who has had it longest. */
final class ConsoleThreadsTest {
    private final ConsoleThreads threads = new ConsoleThreads();
    private final List<Endless> requests = new ArrayList<>();

    @AfterEach
    void end() {
        threads.close();
    }

    /** A request that never ends by itself. */
    private final class Endless implements Runnable {
        private final boolean known;
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch never = new CountDownLatch(1);
        private final AtomicBoolean cutOff = new AtomicBoolean();

        Endless(boolean known) {
            this.known = known;
        }

        @Override
        public void run() {
            if (known) {
                threads.known();
            }
            begun.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                cutOff.set(true);
                Thread.currentThread().interrupt(); // as input that is interrupted leaves it
            }
        }
    }

    /** In this order: each has its thread before the next one asks for one. */
    private void begin(int count, boolean known) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            Endless request = new Endless(known);
            requests.add(request);
            threads.execute(request);
            request.begun.await();
        }
    }

    private List<Integer> cutOff() {
        List<Integer> cutOff = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            if (requests.get(i).cutOff.get()) {
                cutOff.add(i);
            }
        }
        return cutOff;
    }

    @Test
    void theStrangerWhoHasBeenThereLongestMakesRoomForWhoWaits() throws Exception {
        begin(ConsoleThreads.MOST, false);
        assertThat(cutOff()).isEmpty();
        CountDownLatch served = new CountDownLatch(3);
        AtomicBoolean interrupted = new AtomicBoolean();
        for (int i = 0; i < 3; i++) {
            threads.execute(() -> {
                interrupted.compareAndSet(false, Thread.currentThread().isInterrupted());
                served.countDown();
            });
        }
        served.await();
        assertThat(cutOff()).isNotEmpty().isSubsetOf(0, 1, 2).contains(0);
        assertThat(interrupted)
                .as("a request is not interrupted for the one before")
                .isFalse();
    }

    @Test
    void whoHasShownTheTokenStays() throws Exception {
        begin(10, true);
        begin(ConsoleThreads.MOST - 10, false);
        begin(1, false);
        assertThat(cutOff()).contains(10).allMatch(request -> request >= 10);
    }

    @Test
    void whereAllAreKnownOthersWaitUntilOneIsDone() throws Exception {
        begin(ConsoleThreads.MOST, true);
        CountDownLatch served = new CountDownLatch(1);
        threads.execute(served::countDown);
        requests.get(5).never.countDown();
        served.await();
        assertThat(cutOff()).isEmpty();
    }

    @Test
    void aCrowdOfStrangersIsServedToTheLast() {
        int crowd = 5 * ConsoleThreads.MOST;
        for (int i = 0; i < crowd; i++) {
            Endless request = new Endless(false);
            requests.add(request);
            threads.execute(request);
        }
        await().until(() -> requests.stream().allMatch(request -> request.begun.getCount() == 0));
    }
}
