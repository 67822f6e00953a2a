package org.scpbeforerelay.source.ssh.proxy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Client;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Incomplete;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Malformed;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Own;

/** The binary header, version 2 of the PROXY protocol, section 2.2. */
final class BinaryHeader {
    static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

    /** Signature, version and command, family and transport, length. */
    private static final int FIXED = 16;

    private static final int VERSION = 2;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int UNSPECIFIED = 0x00;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final int CHECKSUM = 0x03;

    private BinaryHeader() {}

    /** Reads what begins with the whole signature. */
    static ProxyHeader read(byte[] bytes, int from, int to) {
        if (to - from < FIXED) {
            return new Incomplete();
        }
        int versionAndCommand = bytes[from + 12];
        int command = versionAndCommand & 0xf;
        if ((versionAndCommand & 0xf0) != VERSION << 4 || command > PROXY) {
            return new Malformed("its version and command are neither 2 with PROXY nor 2 with LOCAL");
        }
        int length = FIXED + Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(from + 14));
        if (length > ProxyHeader.LENGTH_MAX) {
            return new Malformed("it is longer than " + ProxyHeader.LENGTH_MAX + " bytes");
        }
        if (to - from < length) {
            return new Incomplete();
        }
        if (command == LOCAL) {
            return new Own(length); // whatever else it says is to be discarded
        }
        return client(Arrays.copyOfRange(bytes, from, from + length));
    }

    private static ProxyHeader client(byte[] header) {
        int family = header[13];
        int addressBytes;
        switch (family) {
            case TCP4 -> addressBytes = 4;
            case TCP6 -> addressBytes = 16;
            case UNSPECIFIED -> addressBytes = 0;
            default -> {
                return new Malformed("its connection is not TCP by IPv4 or IPv6");
            }
        }
        int fields = FIXED + (addressBytes == 0 ? 0 : 2 * addressBytes + 4);
        if (header.length < fields) {
            return new Malformed("it ends within its addresses");
        }
        String wrong = wrongIn(header, fields);
        if (wrong != null) {
            return new Malformed(wrong);
        }
        if (addressBytes == 0) {
            return new Own(header.length);
        }
        ClientAddress address = ClientAddress.ofBytes(Arrays.copyOfRange(header, FIXED, FIXED + addressBytes));
        int port = Short.toUnsignedInt(ByteBuffer.wrap(header).getShort(FIXED + 2 * addressBytes));
        return new Client(header.length, address, port);
    }

    /** Walks through the fields behind the addresses; null when they are well. */
    private static @Nullable String wrongIn(byte[] header, int fields) {
        int checksumAt = -1;
        int at = fields;
        while (at < header.length) {
            if (header.length - at < 3) {
                return "it ends within a field";
            }
            int end = at + 3 + Short.toUnsignedInt(ByteBuffer.wrap(header).getShort(at + 1));
            if (end > header.length) {
                return "a field is longer than the header";
            }
            if (header[at] == CHECKSUM) {
                if (checksumAt >= 0 || end - at != 3 + Integer.BYTES) {
                    return "its checksum is not one of four bytes";
                }
                checksumAt = at + 3;
            }
            at = end;
        }
        return checksumAt < 0 || checks(header, checksumAt) ? null : "its checksum is wrong";
    }

    /** CRC32c (RFC 4960 appendix B) over the whole header, with zeros in the place of the checksum. */
    private static boolean checks(byte[] header, int checksumAt) {
        byte[] zeroed = header.clone();
        Arrays.fill(zeroed, checksumAt, checksumAt + Integer.BYTES, (byte) 0);
        CRC32C crc = new CRC32C();
        crc.update(zeroed);
        return (int) crc.getValue() == ByteBuffer.wrap(header).getInt(checksumAt);
    }
}
