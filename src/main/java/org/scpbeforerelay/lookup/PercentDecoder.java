package org.scpbeforerelay.lookup;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/** Reads an address out of a key in which any byte may be written {@code %XX} (tcp_table(5), "Encoding"). */
final class PercentDecoder {
    private final byte[] decoded = new byte[ClientAddress.LITERAL_LENGTH_MAX + 1];

    /** The address; null when it is none, or when a percent sign is not followed by two hexadecimal digits. */
    @Nullable
    ClientAddress address(byte[] bytes, int from, int to) {
        int length = 0;
        for (int at = from; at < to; at++) {
            if (length == decoded.length) {
                return null;
            }
            int b = bytes[at];
            if (b == '%') {
                if (at + 2 >= to) {
                    return null;
                }
                b = hexadecimal(bytes[at + 1]) << 4 | hexadecimal(bytes[at + 2]);
                if (b < 0) {
                    return null;
                }
                at += 2;
            }
            decoded[length++] = (byte) b;
        }
        return ClientAddress.read(decoded, 0, length);
    }

    private static int hexadecimal(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}
