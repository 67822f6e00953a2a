package org.scpbeforerelay.address;

import org.jspecify.annotations.Nullable;

/**
 * The text form of addresses. Reading: RFC 4291 section 2.2 and strict dotted decimal; writing: RFC 5952. No allocation on a
 * failed read, because every line of a hostile file and every key of a table comes through here.
 */
final class AddressLiteral {
    private AddressLiteral() {}

    static @Nullable ClientAddress read(CharSequence text) {
        int length = text.length();
        if (length < 2 || length > ClientAddress.LITERAL_LENGTH_MAX) {
            return null;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) == ':') {
                return readIpv6(text);
            }
        }
        long bits = readIpv4(text, 0);
        return bits < 0 ? null : ClientAddress.ofIpv4((int) bits);
    }

    /** The 32 bits of a dotted decimal that runs from {@code at} to the end, or -1. */
    private static long readIpv4(CharSequence text, int at) {
        long bits = 0;
        int octets = 0;
        int octet = -1;
        int digits = 0;
        for (int i = at; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '.';
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

    private static @Nullable ClientAddress readIpv6(CharSequence text) {
        int[] groups = new int[8];
        int count = 0;
        int gapAt = -1;
        int at = 0;
        int length = text.length();
        if (text.charAt(0) == ':') {
            if (text.charAt(1) != ':') {
                return null;
            }
            gapAt = 0;
            at = 2;
        }
        while (at < length) {
            int end = groupEnd(text, at);
            if (end < length && text.charAt(end) == '.') {
                long bits = readIpv4(text, at);
                if (bits < 0 || count > 6) {
                    return null;
                }
                groups[count++] = (int) (bits >>> 16);
                groups[count++] = (int) (bits & 0xffff);
                at = length;
                break;
            }
            if (end == at || end - at > 4 || count == 8) {
                return null;
            }
            groups[count++] = hexadecimal(text, at, end);
            at = end;
            if (at == length) {
                break;
            }
            if (text.charAt(at) != ':' || ++at == length) {
                return null;
            }
            if (text.charAt(at) == ':') {
                if (gapAt >= 0) {
                    return null;
                }
                gapAt = count;
                at++;
            }
        }
        return assemble(groups, count, gapAt);
    }

    private static int groupEnd(CharSequence text, int at) {
        int end = at;
        while (end < text.length() && Character.digit(text.charAt(end), 16) >= 0 && text.charAt(end) < 0x80) {
            end++;
        }
        return end;
    }

    private static int hexadecimal(CharSequence text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number << 4 | Character.digit(text.charAt(i), 16);
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
