package org.scpbeforerelay.store.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.store.shared.SharedRecord.Granted;
import org.scpbeforerelay.store.shared.SharedRecord.Revoked;

final class OvertakenTest {
    private static final long NOW_MS = 1_795_000_000_000L;
    private static final long MINUTE = 60_000;

    private final Random random = new Random(3);

    /** What a frame has, and when it was written. */
    private record Written(List<SharedRecord> records, long atMs) {}

    @Test
    void theBookIsTheSameWithoutWhatIsPassedOver() throws BadFrameException {
        int all = 0;
        int read = 0;
        for (int round = 0; round < 300; round++) {
            List<Written> log = log();
            Marks whole = new Marks();
            Marks less = new Marks();
            Overtaken overtaken = new Overtaken();
            for (Written one : log.reversed()) {
                List<SharedRecord> records = one.records;
                List<SharedRecord> notPassed =
                        new RecordCodec(1).read(RecordCodec.encode(records), overtaken, one.atMs);
                assertThat(records).containsAll(notPassed);
                all += records.size();
                read += notPassed.size();
                records.forEach(record -> whole.merge(record, false, one.atMs, view(NOW_MS)));
                notPassed.forEach(record -> less.merge(record, false, one.atMs, view(NOW_MS)));
            }
            assertThat(book(less)).isEqualTo(book(whole));
            // And so it stays when time has passed and the words come again.
            View later = view(NOW_MS + 50 * MINUTE);
            whole.takeDue(later, 1_000);
            less.takeDue(later, 1_000);
            for (Written one : log) {
                for (SharedRecord record : one.records) {
                    whole.merge(record, false, one.atMs, later);
                    less.merge(record, false, one.atMs, later);
                }
            }
            assertThat(book(less)).isEqualTo(book(whole));
        }
        assertThat(read).as("of " + all + " records").isLessThan(all * 2 / 3);
    }

    @Test
    void ofALeaseThatWasRenewedOneWordIsRead() throws BadFrameException {
        Overtaken overtaken = new Overtaken();
        int read = 0;
        for (int time = 0; time < 6; time++) {
            long atMs = NOW_MS - 8L * time * MINUTE;
            for (int frame = 0; frame < 20; frame++) {
                List<SharedRecord> records = new ArrayList<>();
                for (int i = 0; i < RecordCodec.RECORDS_MAX; i++) {
                    records.add(grant("user" + i + "/d" + frame, ClientAddress.ofIpv4(0x0b000000 + i), atMs, 20));
                }
                read += new RecordCodec(1)
                        .read(RecordCodec.encode(records), overtaken, atMs)
                        .size();
            }
        }
        assertThat(read).isEqualTo(20 * RecordCodec.RECORDS_MAX);
    }

    @Test
    void whatNobodyBelievesOvertakesNothing() throws BadFrameException {
        Overtaken overtaken = new Overtaken();
        ClientAddress address = address("203.0.113.7");
        SharedRecord ahead = grant("gerard/gwaihir", address, NOW_MS + 3_000, 20);
        SharedRecord true1 = grant("gerard/gwaihir", address, NOW_MS - 1_000, 20);

        assertThat(new RecordCodec(1).read(RecordCodec.encode(List.of(ahead)), overtaken, NOW_MS))
                .containsExactly(ahead);
        assertThat(new RecordCodec(1).read(RecordCodec.encode(List.of(true1)), overtaken, NOW_MS))
                .containsExactly(true1);
    }

    @Test
    void aFrameThatIsRefusedOvertakesNothing() throws BadFrameException {
        Overtaken overtaken = new Overtaken();
        ClientAddress address = address("203.0.113.7");
        byte[] ofALaterVersion =
                Arrays.copyOf(RecordCodec.encode(List.of(grant("gerard/gwaihir", address, NOW_MS, 20))), 200);
        SharedRecord before = grant("gerard/gwaihir", address, NOW_MS - MINUTE, 20);

        assertThatThrownBy(() -> new RecordCodec(1).read(ofALaterVersion, overtaken, NOW_MS))
                .isInstanceOf(BadFrameException.class);
        assertThat(new RecordCodec(1).read(RecordCodec.encode(List.of(before)), overtaken, NOW_MS))
                .containsExactly(before);
    }

    @Test
    void aFrameThatEndsWithinARecordIsRefusedAllTheSame() throws BadFrameException {
        byte[] frame = RecordCodec.encode(List.of(
                grant("gerard/gwaihir", address("203.0.113.7"), NOW_MS, 20),
                grant("gerard/landroval", address("2001:db8::7"), NOW_MS, 20)));
        Overtaken overtaken = new Overtaken();
        new RecordCodec(1).read(frame, overtaken, NOW_MS);
        byte[] before = RecordCodec.encode(List.of(
                grant("gerard/gwaihir", address("203.0.113.7"), NOW_MS - MINUTE, 20),
                grant("gerard/landroval", address("2001:db8::7"), NOW_MS - MINUTE, 20)));
        assertThat(new RecordCodec(1).read(before, overtaken, NOW_MS)).isEmpty();
        int within = RecordCodec.encode(List.of(grant("gerard/gwaihir", address("203.0.113.7"), NOW_MS - MINUTE, 20)))
                .length;
        for (int length = 1; length < before.length; length++) {
            byte[] part = Arrays.copyOf(before, length);
            if (length != within) {
                assertThatThrownBy(() -> new RecordCodec(1).read(part, overtaken, NOW_MS))
                        .as("the first %d bytes", part.length)
                        .isInstanceOf(BadFrameException.class);
            }
        }
    }

    /** Grants and revocations of few places in the order of time, some of them late, some ahead of it, some long. */
    private List<Written> log() {
        List<Written> log = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            long atMs = NOW_MS - 3L * (12 - i) * MINUTE;
            List<SharedRecord> records = new ArrayList<>();
            for (int j = 0; j < 6; j++) {
                long stampMs = atMs + random.nextInt(10) * 500L - 2_000;
                if (random.nextInt(10) == 0) {
                    stampMs -= random.nextInt(20) * MINUTE;
                }
                String principal = "gerard/" + (random.nextBoolean() ? "gwaihir" : "landroval");
                ClientAddress address = address(
                        random.nextInt(3) == 0
                                ? "2001:db8::" + random.nextInt(1, 3)
                                : "203.0.113." + random.nextInt(1, 3));
                if (random.nextInt(6) == 0) {
                    LeaseKey key = new LeaseKey(
                            Principal.parse(principal), AddressFamily.IPV4, random.nextBoolean() ? null : v4(address));
                    records.add(new Revoked(Stamps.at(stampMs) + random.nextInt(2), key, NOW_MS + 30 * MINUTE));
                } else {
                    records.add(grant(principal, address, stampMs, random.nextInt(5) == 0 ? 120 : 20));
                }
            }
            log.add(new Written(records, atMs));
        }
        return log;
    }

    private static ClientAddress address(String text) {
        return ClientAddress.tryParse(text).orElseThrow();
    }

    private static ClientAddress v4(ClientAddress address) {
        return address.family() == AddressFamily.IPV4 ? address : address("203.0.113.1");
    }

    private SharedRecord grant(String principal, ClientAddress address, long atMs, int minutes) {
        LeaseSource source = minutes == 20 ? LeaseSource.SSH : LeaseSource.LOGIN_LOG;
        Lease lease = new Lease(
                LeaseKey.of(Principal.parse(principal), address, source),
                address,
                address.family().bits(),
                source,
                false,
                random.nextBoolean() ? "" : "SHA256:n5ixQ1xzOFdqKE7rVBqJ1yVqZbXJ4Pq5Jr1JQ9c0mEw",
                atMs,
                atMs,
                atMs + minutes * MINUTE,
                0);
        return new Granted(Stamps.at(atMs) + random.nextInt(2), minutes * MINUTE, lease);
    }

    private static Map<LeaseKey, String> book(Marks marks) {
        Map<LeaseKey, String> book = new HashMap<>();
        marks.leases(lease -> book.put(lease.key(), lease.addressText() + " until " + lease.expiresAtMs()));
        return book;
    }

    private static View view(long wallMs) {
        return new View(new Moment(wallMs, 10_000_000 + wallMs - NOW_MS), wallMs, true, 86_400_000);
    }
}
