package org.scpbeforerelay.clock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SystemClockTest {
    @Test
    void theKernelSaysHowTheClockIsKeptAndThatAloneCounts() {
        int state = SystemClock.clockState();
        assertThat(state).as("adjtimex(2): TIME_OK to TIME_ERROR").isBetween(0, 5);
        assertThat(new SystemClock().isSynchronised()).isEqualTo(state != 5);
    }
}
