package org.scpbeforerelay.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scpbeforerelay.announce.Rate;

/** A token bucket: as many at once as the rate says, and refilled evenly. */
final class MeterTest {
    private static final long SEED = 5;
    private static final long START_MS = 1_000_000;
    private static final Rate HOURLY = Rate.parse("200/h");

    @Test
    void theWholeRateMayBeUsedAtOnceAndNotOneMore() {
        Meter meter = used(HOURLY, 200);
        assertThat(meter.hasRoom()).isFalse();
        assertThat(meter.used()).isEqualTo(200);
        assertThatThrownBy(meter::taken).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"200/h, 18000", "1/s, 1000", "3/s, 334", "7/m, 8572", "1/d, 86400000", "999999999/s, 1", "1000/h, 3600"
    })
    void theNextOneComesBackAfterItsPartOfThePeriodToTheMillisecond(String rate, long waitMs) {
        Rate limit = Rate.parse(rate);
        Meter empty = new Meter(limit, limit.count() * limit.periodMs(), START_MS);
        assertThat(empty.waitMs()).isEqualTo(waitMs);
        assertThat(empty.at(limit, START_MS + waitMs - 1).hasRoom()).isFalse();
        assertThat(empty.at(limit, START_MS + waitMs).hasRoom()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "200/h, 150, 100/h, 100",
        "200/h, 150, 1000/h, 150",
        "200/h, 50, 100/h, 50",
        "200/h, 150, 200/d, 150",
        "200/d, 150, 200/h, 150",
        "1/s, 1, 1/d, 1",
        "5/h, 0, 1/h, 0"
    })
    void anotherRateKeepsWhatIsUsedAsFarAsItHasRoom(String before, int used, String after, int expected) {
        Meter meter = used(Rate.parse(before), used).at(Rate.parse(after), START_MS);
        assertThat(meter.used()).isEqualTo(expected);
    }

    @Test
    void whatOthersHaveTakenBeyondTheLimitComesBackBeforeThereIsOneAgain() {
        Meter meter = used(HOURLY, 200).spent(100);
        assertThat(meter.used()).isEqualTo(300);
        assertThat(meter.hasRoom()).isFalse();
        assertThat(meter.waitMs()).isEqualTo(101 * 18_000);
        assertThat(meter.at(HOURLY, START_MS + 101 * 18_000 - 1).hasRoom()).isFalse();
        assertThat(meter.at(HOURLY, START_MS + 101 * 18_000).hasRoom()).isTrue();
        assertThat(meter.at(HOURLY, START_MS + 300 * 18_000).debt()).isZero();
        assertThat(meter.givenBack(150).used()).isEqualTo(150);
        assertThat(meter.givenBack(Long.MAX_VALUE).debt()).isZero();
        assertThat(meter.spent(Long.MAX_VALUE).used()).isEqualTo(32 * 200);
        assertThat(new Meter(Rate.parse("999999999/d"), 0, 0)
                        .spent(Long.MAX_VALUE)
                        .hasRoom())
                .isFalse();
    }

    @Test
    void theMonotonicClockNeverRefillsBackwards() {
        Meter meter = used(HOURLY, 200);
        assertThat(meter.at(HOURLY, START_MS - 3_600_000)).isEqualTo(meter);
    }

    @Test
    void whatIsGivenBackIsThereAgainAndNeverMoreThanFits() {
        assertThat(used(HOURLY, 200).givenBack(3).used()).isEqualTo(197);
        assertThat(used(HOURLY, 2).givenBack(3).used()).isZero();
        assertThat(used(HOURLY, 200).givenBack(Long.MAX_VALUE).debt()).isZero();
    }

    @Test
    void aFullPeriodGivesAllBack() {
        assertThat(used(HOURLY, 200).at(HOURLY, START_MS + 3_599_999).debt()).isPositive();
        assertThat(used(HOURLY, 200).at(HOURLY, START_MS + 3_600_000).debt()).isZero();
        assertThat(used(HOURLY, 200).fullInMs()).isEqualTo(3_600_000);
    }

    /** Of every stretch of time: no more than the rate, and its part of the rate on top; and nothing is refused that is within. */
    @Test
    void inEveryStretchOfTimeExactlyWhatTheRateSaysIsPermitted() {
        Random random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            Rate rate = new Rate(1 + random.nextInt(12), 1 + random.nextInt(5_000));
            List<Long> taken = new ArrayList<>();
            Meter meter = Meter.unused(rate, 0);
            long nowMs = 0;
            for (int i = 0; i < 100; i++) {
                nowMs += random.nextInt(4) == 0 ? random.nextLong(rate.periodMs() + 1) : random.nextInt(3);
                meter = meter.at(rate, nowMs);
                if (meter.hasRoom() != isWithin(rate, taken, nowMs)) {
                    fail("seed %d, round %d: %s after %s at %d", SEED, round, meter, taken, nowMs);
                }
                if (meter.hasRoom()) {
                    meter = meter.taken();
                    taken.add(nowMs);
                }
            }
        }
    }

    private static boolean isWithin(Rate rate, List<Long> taken, long nowMs) {
        for (int first = 0; first < taken.size(); first++) {
            long withThis = 1L + taken.size() - first;
            if ((withThis - rate.count()) * rate.periodMs() > rate.count() * (nowMs - taken.get(first))) {
                return false;
            }
        }
        return true;
    }

    private static Meter used(Rate rate, int number) {
        Meter meter = Meter.unused(rate, START_MS);
        for (int i = 0; i < number; i++) {
            meter = meter.taken();
        }
        return meter;
    }
}
