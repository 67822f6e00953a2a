package org.scpbeforerelay.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scpbeforerelay.clock.Moment;

/** When a lease is active, by both clocks, and what it covers. */
final class LeaseTest {
    private static final Moment GRANTED = new Moment(1_800_000_000_000L, 5_000_000L);
    private static final long TERM_MS = 1_200_000;
    private static final Lease LEASE = SampleLeases.lease("gerard/gwaihir", "203.0.113.7", GRANTED, TERM_MS);

    @ParameterizedTest
    @CsvSource({
        // the wall clock and the monotonic clock, in milliseconds since the grant
        "0,        0,        true,  1200000",
        "1199999,  1199999,  true,  1",
        "1200000,  1200000,  false, 0",
        "1200001,  1200001,  false, 0",
        "1200000,  1199999,  false, 0",
        "1199999,  1200000,  false, 0",
        "-3600000, 600000,   true,  600000",
        "-3600000, 1199999,  true,  1",
        "-3600000, 1200000,  false, 0",
        "3600000,  600000,   false, 0",
        "600000,   601000,   true,  599000",
    })
    void leaseIsActiveBeforeItsEndByBothClocks(long wallMs, long monotonicMs, boolean active, long leftMs) {
        Moment now = new Moment(GRANTED.wallMs() + wallMs, GRANTED.monotonicMs() + monotonicMs);
        assertThat(LEASE.activeAt(now)).isEqualTo(active);
        assertThat(LEASE.leftMs(now)).isEqualTo(leftMs);
    }

    @Test
    void pitfall18AnEndedLeaseIsOverAtItsVeryMillisecondWithoutAnySweep() {
        assertThat(LEASE.activeAt(GRANTED.plusMs(TERM_MS - 1))).isTrue();
        assertThat(LEASE.activeAt(GRANTED.plusMs(TERM_MS))).isFalse();
        LeaseBook book = new LeaseBook();
        book.put(LEASE);
        assertThat(book.at(LEASE.address())).hasSize(1).noneMatch(lease -> lease.activeAt(GRANTED.plusMs(TERM_MS)));
    }

    @Test
    void pitfall21ClockSetBackNeverLengthensALease() {
        for (long backMs = 1; backMs < 1L << 50; backMs *= 4) {
            assertThat(LEASE.activeAt(new Moment(GRANTED.wallMs() - backMs, GRANTED.monotonicMs() + TERM_MS)))
                    .isFalse();
        }
    }

    @Test
    void pitfall21LeaseThatAForwardStepEndedIsBackWhenTheClockIsSetRight() {
        Moment ahead = new Moment(GRANTED.wallMs() + 86_400_000, GRANTED.monotonicMs() + 1_000);
        assertThat(LEASE.activeAt(ahead)).isFalse();
        assertThat(LEASE.overForGoodAt(ahead)).isFalse();
        assertThat(LEASE.activeAt(GRANTED.plusMs(2_000))).isTrue();
    }

    @Test
    void pitfall23TimeAsleepCounts() {
        // The monotonic clock goes on while the machine sleeps; the wall clock may not have been set yet after it.
        Moment awake = new Moment(GRANTED.wallMs() + 1_000, GRANTED.monotonicMs() + 8 * 3_600_000L);
        assertThat(LEASE.activeAt(awake)).isFalse();
        assertThat(LEASE.overForGoodAt(awake)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7,   32,  203.0.113.7,         true,  203.0.113.7",
        "203.0.113.7,   32,  ::ffff:203.0.113.7,  true,  203.0.113.7",
        "203.0.113.7,   32,  203.0.113.8,         false, 203.0.113.7",
        "203.0.113.7,   32,  2001:db8::7,         false, 203.0.113.7",
        "2001:db8::7,   128, 2001:db8::7,         true,  2001:db8::7",
        "2001:db8::7,   128, 2001:db8::8,         false, 2001:db8::7",
        "2001:db8::7,   64,  2001:db8::ffff:1:2:3, true, 2001:db8::/64",
        "2001:db8::7,   64,  2001:db8:0:1::7,     false, 2001:db8::/64",
        "::7,           64,  203.0.113.7,         false, ::/64",
    })
    void leaseCoversItsAddressOrItsNetwork(String address, int prefix, String client, boolean covered, String text) {
        Lease lease = SampleLeases.lease(
                LEASE.principal(), SampleLeases.address(address), prefix, LeaseSource.SSH, "", GRANTED, TERM_MS);
        assertThat(lease.covers(SampleLeases.address(client))).isEqualTo(covered);
        assertThat(lease.addressText()).isEqualTo(text);
        assertThat(lease.network().contains(SampleLeases.address(client))).isEqualTo(covered);
        assertThat(lease.isSingleAddress()).isEqualTo(prefix != 64);
    }
}
