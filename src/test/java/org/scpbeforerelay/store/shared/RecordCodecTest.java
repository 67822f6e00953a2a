package org.scpbeforerelay.store.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.quota.SpentElsewhere.Tally;
import org.scpbeforerelay.store.shared.SharedRecord.Alive;
import org.scpbeforerelay.store.shared.SharedRecord.Granted;
import org.scpbeforerelay.store.shared.SharedRecord.Revoked;
import org.scpbeforerelay.store.shared.SharedRecord.Spent;

final class RecordCodecTest {
    private static final List<String> PRINCIPALS =
            List.of("gerard/gwaihir", "0/0", "z".repeat(64) + "/" + "a".repeat(64), "a_b.c-d/default");

    private final Random random = new Random(7);

    @Test
    void namesThatComeAgainAreReadRightWhicheverWereKept() throws BadFrameException {
        RecordCodec codec = new RecordCodec(2);
        for (int i = 0; i < 300; i++) {
            List<SharedRecord> records = records(1 + random.nextInt(40));
            assertThat(codec.read(RecordCodec.encode(records))).isEqualTo(records);
        }
    }

    @Test
    void whatIsPackedIsReadAgainExactly() throws BadFrameException {
        for (int i = 0; i < 300; i++) {
            List<SharedRecord> records = records(1 + random.nextInt(40));

            assertThat(RecordCodec.decode(RecordCodec.encode(records))).isEqualTo(records);
        }
    }

    @Test
    void anOrdinaryGrantTakesEightyBytes() {
        Lease lease = lease("gerard/gwaihir", ClientAddress.ofIpv4(0xcb007107), 32, LeaseSource.SSH, true);

        assertThat(RecordCodec.encode(List.of(new Granted(1, 1_200_000, lease))))
                .hasSizeLessThanOrEqualTo(86);
    }

    @Test
    void aFrameThatEndsAnywhereElseIsRefusedWhole() throws BadFrameException {
        List<SharedRecord> records = records(5);
        byte[] frame = RecordCodec.encode(records);
        int whole = 0;
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            try {
                // Between two records the frame might have ended: the records before are what was written.
                assertThat(records).startsWith(RecordCodec.decode(cut).toArray(SharedRecord[]::new));
                whole++;
            } catch (BadFrameException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        assertThat(whole).isEqualTo(4);
    }

    @Test
    void hostileBytesAreRefusedOrWellFormedRecordsAndNothingElse() {
        byte[] frame = RecordCodec.encode(records(20));
        for (int i = 0; i < 20_000; i++) {
            byte[] hostile = frame.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                hostile[random.nextInt(hostile.length)] = (byte) random.nextInt();
            }
            try {
                for (SharedRecord record : RecordCodec.decode(hostile)) {
                    if (record instanceof Granted granted) {
                        Lease lease = granted.lease();
                        assertThat(lease.address().isUnspecified()).isFalse();
                        assertThat(lease.address().masked(lease.prefixLength())).isEqualTo(lease.address());
                    }
                }
            } catch (BadFrameException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void tooManyRecordsAndAnotherVersionAreRefused() {
        byte[] many = new byte[1 + (RecordCodec.RECORDS_MAX + 1) * 9];
        for (int i = 0; i <= RecordCodec.RECORDS_MAX; i++) {
            many[1 + i * 9] = 'H';
        }
        many[0] = 1;
        assertThatThrownBy(() -> RecordCodec.decode(many))
                .isInstanceOf(BadFrameException.class)
                .hasMessageContaining("more than 1000 records");
        assertThatThrownBy(() -> RecordCodec.decode(new byte[] {2, 'H', 0, 0, 0, 0, 0, 0, 0, 0}))
                .hasMessageContaining("version 2");
        assertThatThrownBy(() -> RecordCodec.decode(new byte[RecordCodec.FRAME_BYTES_MAX + 1]))
                .isInstanceOf(BadFrameException.class);
        assertThatThrownBy(() -> RecordCodec.encode(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWholeNetworkOfIpv4IsNoLease() {
        Lease lease = lease("gerard/gwaihir", ClientAddress.ofIpv4(0xcb007107), 32, LeaseSource.SSH, false);
        byte[] frame = RecordCodec.encode(List.of(new Granted(1, 1_200_000, lease)));
        frame[1 + 1 + 8 + 4 + 18] |= 2;

        assertThatThrownBy(() -> RecordCodec.decode(frame)).hasMessageContaining("/64 of IPv4");
    }

    private List<SharedRecord> records(int count) {
        List<SharedRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LeaseSource source = List.of(LeaseSource.values()).get(random.nextInt(4));
            boolean ipv6 = random.nextBoolean();
            ClientAddress address = ipv6
                    ? new ClientAddress(0x2003_00e8_0000_0000L | random.nextInt(1, 1 << 20), random.nextLong())
                    : ClientAddress.ofIpv4(random.nextInt(1, Integer.MAX_VALUE));
            String principal = PRINCIPALS.get(random.nextInt(PRINCIPALS.size()));
            boolean network = ipv6 && source != LeaseSource.LOGIN_LOG && random.nextBoolean();
            Lease lease = lease(
                    principal,
                    network ? address.masked(64) : address,
                    network ? 64 : ipv6 ? 128 : 32,
                    source,
                    random.nextBoolean());
            records.add(
                    switch (random.nextInt(6)) {
                        case 0 -> new Revoked(random.nextLong() >>> 1, lease.key(), 1_795_000_000_000L);
                        case 1 -> new Alive(random.nextLong() >>> 1);
                        case 2 ->
                            new Spent(
                                    random.nextLong() >>> 1,
                                    lease.principal().user(),
                                    random.nextBoolean() ? null : tally(),
                                    random.nextBoolean() ? null : tally());
                        default -> new Granted(random.nextLong() >>> 1, random.nextLong(0, 1L << 32), lease);
                    });
        }
        return records;
    }

    private Tally tally() {
        return new Tally(
                new Rate(random.nextLong(1, 1_000_000_000), random.nextLong(1, 86_400_001)),
                random.nextLong(0, 1L << 32),
                random.nextLong(-5, 1L << 40),
                random.nextLong(0, 1L << 32));
    }

    private Lease lease(String principal, ClientAddress address, int prefix, LeaseSource source, boolean digest) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        LeaseKey key = LeaseKey.of(Principal.parse(principal), address, source);
        assertThat(key.family()).isIn(AddressFamily.IPV4, AddressFamily.IPV6);
        return new Lease(
                key,
                address,
                prefix,
                source,
                random.nextBoolean(),
                digest ? "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(bytes) : "SHA256:1",
                1_795_000_000_123L,
                1_795_000_600_456L,
                1_795_001_800_456L,
                0);
    }
}
