package org.scpbeforerelay.source.ssh.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Absent;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Client;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Incomplete;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Malformed;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Own;

final class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String TCP4 = "cb007107" + "c0000219" + "dc04" + "08ae";
    private static final String TCP6 =
            "20010db8000000000000000000000007" + "20010db8000000000000000000000019" + "dc04" + "08ae";

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 203.0.113.7 192.0.2.25 56324 2222, 203.0.113.7, 56324",
        "PROXY TCP4 203.0.113.7 192.0.2.25 0 0, 203.0.113.7, 0",
        "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535, 255.255.255.255, 65535",
        "PROXY TCP6 2001:db8::7 2001:db8::25 56324 2222, 2001:db8::7, 56324",
        "PROXY TCP6 2001:0DB8:0000:0000:0000:0000:0000:0007 ::1 1 2, 2001:db8::7, 1",
        "PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2, 203.0.113.7, 1",
        "PROXY TCP4 0.0.0.0 192.0.2.25 1 2, 0.0.0.0, 1", // said and understood; no rule ever leases it
    })
    void lineNamesTheClient(String line, String address, int port) throws Exception {
        byte[] bytes = (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
        assertThat(read(bytes)).isEqualTo(new Client(bytes.length, ClientAddress.parse(address), port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY UNKNOWN\r\n",
                "PROXY UNKNOWN ffff:f...f:ffff whatever 1\r\n",
                "PROXY UNKNOWN  \r\n",
            })
    void unknownLineNamesNobody(String line) {
        assertThat(read(bytes(line))).isEqualTo(new Own(line.length()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY \r\n",
                "PROXY TCP4\r\n",
                "PROXY tcp4 203.0.113.7 192.0.2.25 1 2\r\n",
                "PROXY UDP4 203.0.113.7 192.0.2.25 1 2\r\n",
                "PROXY UNKNOWNS\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 1\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 1 2 3\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 1 2 \r\n",
                "PROXY  TCP4 203.0.113.7 192.0.2.25 1 2\r\n",
                "PROXY TCP4  203.0.113.7 192.0.2.25 1 2\r\n",
                "PROXY TCP4\t203.0.113.7 192.0.2.25 1 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 1 2\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 1 2\r\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 01 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 -1 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 +1 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 65536 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 1 99999999999\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 1 \r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.25 \u0661 2\r\n",
                "PROXY TCP4 203.0.113 192.0.2.25 1 2\r\n",
                "PROXY TCP4 203.0.113.07 192.0.2.25 1 2\r\n",
                "PROXY TCP4 0x7f.1 192.0.2.25 1 2\r\n",
                "PROXY TCP4 203.0.113.7 example.org 1 2\r\n",
                "PROXY TCP4 localhost 192.0.2.25 1 2\r\n",
                "PROXY TCP4 2001:db8::7 2001:db8::25 1 2\r\n",
                "PROXY TCP4 ::ffff:203.0.113.7 192.0.2.25 1 2\r\n",
                "PROXY TCP6 203.0.113.7 192.0.2.25 1 2\r\n",
                "PROXY TCP6 2001:db8::7 192.0.2.25 1 2\r\n",
                "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
                "PROXY TCP6 [2001:db8::7] ::1 1 2\r\n",
                "PROXY TCP4 203.0.113.7\0 192.0.2.25 1 2\r\n",
                "PROXY \n",
                "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535 and more than a line holds\r\n",
            })
    void lineThatIsNotToTheLetterNamesNobody(String line) {
        assertThat(read(line.getBytes(StandardCharsets.UTF_8))).isInstanceOf(Malformed.class);
    }

    @Test
    void theLongestLineIsReadAndALineWithoutEndIsNotWaitedFor() {
        String longest = "PROXY UNKNOWN " + "x".repeat(ProxyHeader.LINE_MAX - 16) + "\r\n";
        assertThat(read(bytes(longest))).isEqualTo(new Own(ProxyHeader.LINE_MAX));
        assertThat(read(bytes("PROXY TCP4 " + "1".repeat(ProxyHeader.LINE_MAX))))
                .isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "21 11 000c " + TCP4 + ", 203.0.113.7, 56324",
        "21 21 0024 " + TCP6 + ", 2001:db8::7, 56324",
        "21 11 000f " + TCP4 + " 04 0000, 203.0.113.7, 56324", // a field without a value: NOOP
        "21 11 0014 " + TCP4 + " ea 0005 0102030405, 203.0.113.7, 56324", // one that somebody made up
        "21 21 0024 00000000000000000000ffffcb007107 00000000000000000000000000000001 0001 0002, 203.0.113.7, 1",
    })
    void binaryHeaderNamesTheClient(String hex, String address, int port) throws Exception {
        byte[] bytes = binary(hex);
        assertThat(read(bytes)).isEqualTo(new Client(bytes.length, ClientAddress.parse(address), port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "20 00 0000", // LOCAL
                "20 11 000c " + TCP4, // LOCAL: its addresses are to be discarded
                "20 ff 0003 ffffff",
                "21 00 0000", // PROXY for what is no connection of addresses
                "21 00 0003 04 0000",
            })
    void binaryHeaderOfTheProxyItselfNamesNobody(String hex) {
        byte[] bytes = binary(hex);
        assertThat(read(bytes)).isEqualTo(new Own(bytes.length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "11 11 000c " + TCP4, // version 1
                "31 11 000c " + TCP4, // version 3
                "22 11 000c " + TCP4, // no such command
                "21 12 000c " + TCP4, // UDP
                "21 22 0024 " + TCP6,
                "21 10 000c " + TCP4,
                "21 01 000c " + TCP4,
                "21 41 000c " + TCP4,
                "21 11 000b cb007107c0000219dc0408", // short addresses
                "21 11 0000",
                "21 21 000c " + TCP4,
                "21 11 000d " + TCP4 + " 04", // cut fields
                "21 11 000e " + TCP4 + " 0400",
                "21 11 000f " + TCP4 + " 04 0001",
                "21 11 0010 " + TCP4 + " 04 ffff 00",
                "21 11 0013 " + TCP4 + " 03 0004 00000000", // wrong checksum
                "21 11 0012 " + TCP4 + " 03 0003 000000",
                "21 00 0007 03 0004 00000000",
                "21 11 1000 " + TCP4, // too long
                "21 11 ffff " + TCP4,
            })
    void binaryHeaderThatIsNotToTheLetterNamesNobody(String hex) {
        assertThat(read(binary(hex))).isInstanceOf(Malformed.class);
    }

    @Test
    void binaryHeaderOfAUnixSocketNamesNobody() {
        assertThat(read(binary("21 31 00d8 " + "00".repeat(216)))).isInstanceOf(Malformed.class);
    }

    @Test
    void checksumIsVerifiedOverTheWholeHeader() throws Exception {
        byte[] header = binary("21 11 0016 " + TCP4 + " 03 0004 00000000 04 0000");
        CRC32C crc = new CRC32C();
        crc.update(header);
        ByteBuffer.wrap(header).putInt(31, (int) crc.getValue());
        assertThat(read(header)).isEqualTo(new Client(header.length, ClientAddress.parse("203.0.113.7"), 56324));
        for (int bit = 16 * 8; bit < header.length * 8; bit++) {
            byte[] flipped = header.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            ProxyHeader read = read(flipped);
            boolean checksumFieldItself = bit / 8 >= 28 && bit / 8 < 31;
            if (!checksumFieldItself) {
                assertThat(read).as("bit %d", bit).isInstanceOf(Malformed.class);
            }
        }
        byte[] twice = binary("21 11 001a " + TCP4 + " 03 0004 00000000 03 0004 00000000");
        assertThat(read(twice)).isInstanceOf(Malformed.class);
    }

    @Test
    void headerInAnyNumberOfPiecesIsWaitedForAndNoByteBehindItIsTaken() {
        for (byte[] header : new byte[][] {
            bytes("PROXY TCP4 203.0.113.7 192.0.2.25 56324 2222\r\n"),
            bytes("PROXY UNKNOWN\r\n"),
            binary("21 11 000c " + TCP4),
            binary("21 21 0029 " + TCP6 + " ea 0002 0102"),
            binary("20 00 0000"),
        }) {
            for (int length = 0; length < header.length; length++) {
                assertThat(read(Arrays.copyOf(header, length)))
                        .as("%d bytes of %s", length, HexFormat.of().formatHex(header))
                        .isInstanceOf(Incomplete.class);
            }
            byte[] greeting = bytes("SSH-2.0-OpenSSH_9.2p1\r\n");
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(bytes("before"));
            all.writeBytes(header);
            all.writeBytes(greeting);
            assertThat(ProxyHeader.read(all.toByteArray(), 6, all.size())).isEqualTo(read(header));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2p1\r\n",
                "S",
                "proxy TCP4 203.0.113.7 192.0.2.25 1 2\r\n",
                "PROXZ",
                "\r\n\r\r",
                "GET / HTTP/1.1\r\n",
                "\0",
                "\n"
            })
    void bytesThatBeginNoHeaderAreNone(String text) {
        assertThat(read(bytes(text))).isInstanceOf(Absent.class);
    }

    @Test
    void pitfall38RandomBytesNameNobody() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[][] valid = {
            bytes("PROXY TCP4 203.0.113.7 192.0.2.25 56324 2222\r\n"), binary("21 11 000f " + TCP4 + " 04 0000"),
        };
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            if (round % 2 == 0) {
                // The beginning is right, so that the rest is read.
                byte[] right = valid[random.nextInt(2)];
                int kept = random.nextInt(12);
                System.arraycopy(right, 0, bytes, 0, Math.min(kept, bytes.length));
            }
            assertThat(read(bytes))
                    .as("seed %d: %s", seed, HexFormat.of().formatHex(bytes))
                    .isNotInstanceOf(Client.class);
        }
    }

    @Test
    void changedBytesNameNobodyOrAnAddressThatTheyReallySay() {
        Random random = new Random(7);
        byte[] line = bytes("PROXY TCP4 203.0.113.7 192.0.2.25 56324 2222\r\n");
        for (int round = 0; round < 100_000; round++) {
            byte[] changed = line.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            if (read(changed) instanceof Client(int length, ClientAddress address, int port)) {
                String said = new String(changed, StandardCharsets.ISO_8859_1);
                assertThat(said).matches("PROXY TCP4 [0-9.]+ [0-9.]+ [0-9]+ [0-9]+\r\n");
                assertThat(said).startsWith("PROXY TCP4 " + address + " ").contains(" " + port + " ");
                assertThat(length).isEqualTo(line.length);
            }
        }
    }

    private static ProxyHeader read(byte[] bytes) {
        return ProxyHeader.read(bytes, 0, bytes.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] binary(String hex) {
        return HexFormat.of().parseHex((SIGNATURE + hex).replace(" ", ""));
    }
}
