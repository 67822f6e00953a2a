package org.scpbeforerelay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.scpbeforerelay.clock.SettableClock;

@Timeout(10)
final class BellTest {
    private final SettableClock clock = new SettableClock();
    private final Bell bell = new Bell(clock);

    @Test
    void aRingBeforeTheWaitIsNotLost() throws Exception {
        bell.ring();
        assertThat(bell.awaitRing(Long.MAX_VALUE, () -> false)).isTrue();
    }

    @Test
    void theMomentIsOfTheBootClockSoSleepCounts() throws Exception {
        long hour = clock.now().monotonicMs() + 3_600_000;
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return bell.awaitRing(hour, () -> false);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        bell.tick();
        assertThat(waiting).isNotDone();
        // The machine sleeps for an hour; the next tick finds the moment past.
        clock.passMs(3_600_000);
        while (!waiting.isDone()) {
            bell.tick();
            Thread.onSpinWait();
        }
        assertThat(waiting.get(5, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void pausesGrowAndNeverPassTheInterval() {
        Backoff backoff = new Backoff(5000);
        long last = 0;
        for (int i = 0; i < 30; i++) {
            last = backoff.nextMs();
            assertThat(last).isBetween(50L, 5000L);
        }
        assertThat(last).isGreaterThanOrEqualTo(2500);
        backoff.reset();
        assertThat(backoff.nextMs()).isLessThanOrEqualTo(100);
        assertThat(Backoff.jittered(240_000)).isBetween(228_000L, 240_000L);
    }
}
