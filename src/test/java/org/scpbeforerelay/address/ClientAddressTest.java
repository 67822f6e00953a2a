package org.scpbeforerelay.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties of addresses as values, over seeded random ones. */
final class ClientAddressTest {
    private static final long SEED = 5952;

    @Test
    void aMillionAddressesComeBackFromTheirTextAndAgreeWithTheRuntime() throws Exception {
        Random random = new Random(SEED);
        for (int i = 0; i < 1_000_000; i++) {
            byte[] bytes = randomBytes(random);
            ClientAddress address = ClientAddress.ofBytes(bytes);
            InetAddress theirs = InetAddress.getByAddress(bytes);
            if (!ClientAddress.tryParse(address.toString()).orElseThrow().equals(address)
                    || !ClientAddress.of(theirs).equals(address)
                    || !address.toInetAddress().equals(theirs)
                    || !ClientAddress.tryParse(theirs.getHostAddress())
                            .orElseThrow()
                            .equals(address)
                    || address.isIpv4() != (theirs.getAddress().length == 4)) {
                fail("seed %d, round %d: %s and %s", SEED, i, address, theirs);
            }
        }
    }

    @Test
    void canonicalTextAgreesWithANaiveWriterOfRfc5952() {
        Random random = new Random(SEED + 1);
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = randomBytes(random);
            ClientAddress address = ClientAddress.ofBytes(bytes);
            String expected = address.isIpv4() ? dotted(address.toBytes()) : shortest(bytes);
            if (!address.toString().equals(expected)) {
                fail("seed %d, round %d: %s, expected %s", SEED + 1, i, address, expected);
            }
        }
    }

    @Test
    void maskingAndOrderAgreeWithBigIntegers() {
        Random random = new Random(SEED + 2);
        ClientAddress former = ClientAddress.ofIpv4(0);
        for (int i = 0; i < 200_000; i++) {
            ClientAddress address = ClientAddress.ofBytes(randomBytes(random));
            int length = random.nextInt(address.family().bits() + 1);
            BigInteger mask = BigInteger.ONE
                    .shiftLeft(length)
                    .subtract(BigInteger.ONE)
                    .shiftLeft(address.family().bits() - length);
            BigInteger masked = new BigInteger(1, address.toBytes()).and(mask);
            boolean right = new BigInteger(1, address.masked(length).toBytes()).equals(masked)
                    && address.masked(length).family() == address.family()
                    && Integer.signum(address.compareTo(former))
                            == whole(address).compareTo(whole(former));
            if (!right) {
                fail("seed %d, round %d: %s/%d", SEED + 2, i, address, length);
            }
            former = address;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 5, 8, 15, 17, 32})
    void onlyFourOrSixteenBytesAreAnAddress(int length) {
        assertThatIllegalArgumentException().isThrownBy(() -> ClientAddress.ofBytes(new byte[length]));
    }

    @Test
    void unspecifiedAddressesAreKnown() throws AddressSyntaxException {
        for (String text : new String[] {"0.0.0.0", "::", "::ffff:0.0.0.0"}) {
            assertThat(ClientAddress.parse(text).isUnspecified()).as(text).isTrue();
        }
        for (String text : new String[] {"0.0.0.1", "::1", "1::", "255.255.255.255", "::1:0:0"}) {
            assertThat(ClientAddress.parse(text).isUnspecified()).as(text).isFalse();
        }
    }

    @Test
    void neighboursInANetworkHaveHashesOfTheirOwn() {
        long hashes = java.util.stream.IntStream.range(0, 65_536)
                .map(i -> ClientAddress.ofIpv4(0xcb007100 + i).hashCode())
                .distinct()
                .count();
        assertThat(hashes).isGreaterThan(65_000);
        long of64 = java.util.stream.IntStream.range(0, 65_536)
                .map(i -> new ClientAddress(0x20010db8_00000000L + i, 0).hashCode())
                .distinct()
                .count();
        assertThat(of64).isGreaterThan(65_000);
    }

    @Test
    void familiesHaveTheWordsOfTheContract() {
        assertThat(AddressFamily.of("ipv4")).isEqualTo(AddressFamily.IPV4);
        assertThat(AddressFamily.of("ipv6")).isEqualTo(AddressFamily.IPV6);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressFamily.of("IPv4"))
                .withMessageContaining("ipv4 or ipv6");
    }

    /** Half of them with many zero bytes, so that every shape of a gap comes up; some of them mapped. */
    private static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(4) == 0 ? 4 : 16];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            for (int group = 0; group < bytes.length; group += 2) {
                if (random.nextInt(3) > 0) {
                    bytes[group] = 0;
                    bytes[group + 1] = (byte) (random.nextInt(3) == 0 ? 1 : 0);
                }
            }
        }
        if (bytes.length == 16 && random.nextInt(8) == 0) {
            Arrays.fill(bytes, 0, 10, (byte) 0);
            Arrays.fill(bytes, 10, 12, (byte) -1);
        }
        return bytes;
    }

    private static BigInteger whole(ClientAddress address) {
        byte[] bytes = new byte[16];
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (address.high() >>> (56 - 8 * i));
            bytes[8 + i] = (byte) (address.low() >>> (56 - 8 * i));
        }
        return new BigInteger(1, bytes);
    }

    private static String dotted(byte[] bytes) {
        return (bytes[0] & 255) + "." + (bytes[1] & 255) + "." + (bytes[2] & 255) + "." + (bytes[3] & 255);
    }

    /** By trying every gap of two groups and more, longest first, first first. */
    private static String shortest(byte[] bytes) {
        String[] groups = new String[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = Integer.toHexString((bytes[2 * i] & 255) << 8 | bytes[2 * i + 1] & 255);
        }
        for (int length = 8; length >= 2; length--) {
            for (int at = 0; at + length <= 8; at++) {
                if (Arrays.stream(groups, at, at + length).allMatch("0"::equals)) {
                    return String.join(":", Arrays.copyOfRange(groups, 0, at)) + "::"
                            + String.join(":", Arrays.copyOfRange(groups, at + length, 8));
                }
            }
        }
        return String.join(":", groups);
    }
}
