package org.scpbeforerelay.address;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The address of a mail client, IPv4 or IPv6, as 128 bits.
 *
 * <p>An IPv4 address is kept as its IPv4-mapped form ({@code ::ffff:a.b.c.d}, RFC 4291 section 2.5.5.2), so that both spellings
 * are the same value. {@link #toString} is the one canonical text: dotted decimal for IPv4, RFC 5952 for IPv6, which is what
 * Postfix sends and what it looks up in tables.
 *
 * <p>Accepted literals: four decimal octets without leading zeros, or RFC 4291 section 2.2 forms. Not accepted: anything that
 * {@code inet_aton} alone accepts ({@code 0x7f.1}, {@code 010.0.0.1}, {@code 1.2.3}), zone ids, brackets, ports, prefixes,
 * blanks, names.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record ClientAddress(long high, long low) implements Comparable<ClientAddress> {
    /** The longest literal: {@code ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255}. */
    public static final int LITERAL_LENGTH_MAX = 45;

    private static final long MAPPED = 0xffff_0000_0000L;

    /** The IPv4 address with these 32 bits. */
    public static ClientAddress ofIpv4(int bits) {
        return new ClientAddress(0, MAPPED | (bits & 0xffff_ffffL));
    }

    /** The address in network byte order: 4 bytes or 16. */
    public static ClientAddress ofBytes(byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> ofIpv4((int) number(bytes, 0, 4));
            case 16 -> new ClientAddress(number(bytes, 0, 8), number(bytes, 8, 8));
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    /** The address of a socket's peer; a zone id is dropped. */
    public static ClientAddress of(InetAddress address) {
        return ofBytes(address.getAddress());
    }

    /** Reads a literal; the error says what is wrong with it. */
    public static ClientAddress parse(String text) throws AddressSyntaxException {
        return tryParse(text)
                .orElseThrow(() -> new AddressSyntaxException(
                        text, "no IP address (expected one like 203.0.113.7 or 2001:db8::7, without port or prefix)"));
    }

    /** Reads a literal; empty when it is none. Never asks DNS, never throws. */
    public static Optional<ClientAddress> tryParse(CharSequence text) {
        return Optional.ofNullable(AddressLiteral.read(text));
    }

    /**
     * Reads a literal that stands among other bytes, as ASCII; null when it is none. Allocates nothing but the address: this is
     * how every question of a mail server begins.
     */
    public static @Nullable ClientAddress read(byte[] text, int from, int to) {
        return AddressLiteral.read(text, from, to);
    }

    /** The family; IPv4-mapped addresses are IPv4. */
    public AddressFamily family() {
        return isIpv4() ? AddressFamily.IPV4 : AddressFamily.IPV6;
    }

    public boolean isIpv4() {
        return high == 0 && (low >>> 32) == 0xffff;
    }

    /** {@code 0.0.0.0} or {@code ::}: no address at all. */
    public boolean isUnspecified() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /** The same address with all but the first {@code prefixLength} bits (of its family) cleared. */
    public ClientAddress masked(int prefixLength) {
        int bits = isIpv4() ? prefixLength + 96 : prefixLength;
        return new ClientAddress(high & highMask(bits), low & lowMask(bits));
    }

    /** The address for a socket. */
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(toBytes());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are always an address", e);
        }
    }

    /** 4 or 16 bytes in network order. */
    public byte[] toBytes() {
        byte[] bytes = new byte[isIpv4() ? 4 : 16];
        if (bytes.length == 4) {
            write(low, bytes, 0, 4);
        } else {
            write(high, bytes, 0, 8);
            write(low, bytes, 8, 8);
        }
        return bytes;
    }

    @Override
    public int compareTo(ClientAddress other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        // Written out, as hashCode is: the quick compiler does not see through a record's own.
        return other instanceof ClientAddress(long otherHigh, long otherLow) && high == otherHigh && low == otherLow;
    }

    @Override
    public int hashCode() {
        // Spread both halves: addresses of one network differ in few low bits, /64 leases in the high ones.
        long mixed = (high * 0x9e3779b97f4a7c15L) ^ low;
        mixed *= 0xd6e8feb86659fd93L;
        return (int) (mixed ^ (mixed >>> 32));
    }

    @Override
    public String toString() {
        return AddressLiteral.write(this);
    }

    private static long highMask(int bits) {
        return bits >= 64 ? -1L : bits <= 0 ? 0 : -1L << (64 - bits);
    }

    private static long lowMask(int bits) {
        return bits >= 128 ? -1L : bits <= 64 ? 0 : -1L << (128 - bits);
    }

    private static long number(byte[] bytes, int from, int count) {
        long number = 0;
        for (int i = from; i < from + count; i++) {
            number = number << 8 | (bytes[i] & 0xff);
        }
        return number;
    }

    private static void write(long number, byte[] into, int from, int count) {
        for (int i = 0; i < count; i++) {
            into[from + i] = (byte) (number >>> (8 * (count - 1 - i)));
        }
    }
}
