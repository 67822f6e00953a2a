package org.scpbeforerelay.address;

import org.jspecify.annotations.Nullable;

/**
 * The text form of addresses. Reading: RFC 4291 section 2.2 and strict dotted decimal; writing: RFC 5952. No allocation on a
 * failed read, because every line of a hostile file and every key of a table comes through here.
 */
final class AddressLiteral {
    private static final int LENGTH_MIN = 2;

    private AddressLiteral() {}

    static @Nullable ClientAddress read(CharSequence text) {
        int length = text.length();
        if (length < LENGTH_MIN || length > ClientAddress.LITERAL_LENGTH_MAX) {
            return null;
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                return null;
            }
            bytes[i] = (byte) c;
        }
        return read(bytes, 0, length);
    }

    static @Nullable ClientAddress read(byte[] text, int from, int to) {
        if (to - from < LENGTH_MIN || to - from > ClientAddress.LITERAL_LENGTH_MAX) {
            return null;
        }
        // What ends the first number tells the family: a dot only in IPv4, which may follow later in IPv6.
        int at = from;
        while (at < to && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        if (at < to && text[at] != '.') {
            return readIpv6(text, from, to);
        }
        long bits = readIpv4(text, from, to);
        return bits < 0 ? null : ClientAddress.ofIpv4((int) bits);
    }

    /** The 32 bits of a dotted decimal, or -1. */
    private static long readIpv4(byte[] text, int from, int to) {
        long bits = 0;
        int octets = 0;
        int octet = -1;
        int digits = 0;
        for (int i = from; i <= to; i++) {
            int c = i < to ? text[i] : '.';
            if (c == '.') {
                if (octet < 0 || ++octets > 4) {
                    return -1;
                }
                bits = bits << 8 | octet;
                octet = -1;
                digits = 0;
            } else if (c >= '0' && c <= '9') {
                if (octet == 0 || ++digits > 3) {
                    return -1; // a leading zero is octal to inet_aton, so it is nothing to us
                }
                octet = (octet < 0 ? 0 : octet * 10) + (c - '0');
                if (octet > 255) {
                    return -1;
                }
            } else {
                return -1;
            }
        }
        return octets == 4 ? bits : -1;
    }

    private static @Nullable ClientAddress readIpv6(byte[] text, int from, int to) {
        int[] groups = new int[8];
        int count = 0;
        int gapAt = -1;
        int at = from;
        if (text[from] == ':') {
            if (text[from + 1] != ':') {
                return null;
            }
            gapAt = 0;
            at = from + 2;
        }
        while (at < to) {
            int end = groupEnd(text, at, to);
            if (end < to && text[end] == '.') {
                long bits = readIpv4(text, at, to);
                if (bits < 0 || count > 6) {
                    return null;
                }
                groups[count++] = (int) (bits >>> 16);
                groups[count++] = (int) (bits & 0xffff);
                break;
            }
            if (end == at || end - at > 4 || count == 8) {
                return null;
            }
            groups[count++] = hexadecimal(text, at, end);
            at = end;
            if (at == to) {
                break;
            }
            if (text[at] != ':' || ++at == to) {
                return null;
            }
            if (text[at] == ':') {
                if (gapAt >= 0) {
                    return null;
                }
                gapAt = count;
                at++;
            }
        }
        return assemble(groups, count, gapAt);
    }

    private static int groupEnd(byte[] text, int at, int to) {
        int end = at;
        while (end < to && Character.digit(text[end], 16) >= 0) {
            end++;
        }
        return end;
    }

    private static int hexadecimal(byte[] text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number << 4 | Character.digit(text[i], 16);
        }
        return number;
    }

    private static @Nullable ClientAddress assemble(int[] groups, int count, int gapAt) {
        if (gapAt < 0 ? count != 8 : count > 7) {
            return null;
        }
        int[] whole = new int[8];
        for (int i = 0; i < count; i++) {
            whole[gapAt < 0 || i < gapAt ? i : i + 8 - count] = groups[i];
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 4; i++) {
            high = high << 16 | whole[i];
            low = low << 16 | whole[i + 4];
        }
        return new ClientAddress(high, low);
    }

    static String write(ClientAddress address) {
        return address.isIpv4() ? writeIpv4((int) address.low()) : writeIpv6(address);
    }

    private static String writeIpv4(int bits) {
        return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
    }

    private static String writeIpv6(ClientAddress address) {
        int[] groups = new int[8];
        for (int i = 0; i < 4; i++) {
            groups[i] = (int) (address.high() >>> (48 - 16 * i)) & 0xffff;
            groups[i + 4] = (int) (address.low() >>> (48 - 16 * i)) & 0xffff;
        }
        int gapAt = -1;
        int gapLength = 1; // RFC 5952 4.2.2: a single zero group is not shortened
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > gapLength) {
                gapAt = i;
                gapLength = run;
            }
            i += run;
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == gapAt) {
                text.append("::");
                i += gapLength - 1;
            } else {
                if (i > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
