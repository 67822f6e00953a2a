package org.scpbeforerelay.source.ssh.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.scpbeforerelay.address.ClientAddress;

/**
 * What the first bytes of a connection say by the PROXY protocol
 * (<a href="https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt">HAProxy's specification</a>, versions 1 and 2).
 *
 * <pre>
 * version 1   "PROXY" SP ("TCP4" | "TCP6") SP source SP destination SP port SP port CRLF         at most 107 bytes
 *             "PROXY" SP "UNKNOWN" [SP anything] CRLF
 * version 2   12 bytes of signature, version and command, family and transport, length (16 bits), then that many bytes:
 *             source and destination address, both ports, and fields of type, length, value            at most 4096 bytes
 * </pre>
 *
 * <p>Read strictly: single blanks, decimal ports without leading zeros, addresses of the family that was named, fields that
 * fill the header to its end, and the checksum (CRC32c), when there is one, right. What is anything else is {@link Malformed};
 * no address is ever guessed.
 */
public sealed interface ProxyHeader {
    /** More than this is no header that anybody sends; the specification's own bound for version 2 is 64 KiB. */
    int LENGTH_MAX = 4096;

    /** The longest line of version 1, with its end. */
    int LINE_MAX = 107;

    /** So far it may be a header; it has not come in whole. */
    record Incomplete() implements ProxyHeader {}

    /** The bytes begin no header at all. */
    record Absent() implements ProxyHeader {}

    /** It begins as a header and is none. */
    record Malformed(String why) implements ProxyHeader {}

    /**
     * A client is there, for whom the proxy calls.
     *
     * @param length of the header in bytes; what follows is the client's
     * @param address the client's
     * @param port the client's; 0 to 65535
     */
    record Client(int length, ClientAddress address, int port) implements ProxyHeader {}

    /**
     * The proxy calls for itself, as to see whether anybody answers, or for somebody who has no address.
     *
     * @param length of the header in bytes
     */
    record Own(int length) implements ProxyHeader {}

    /** Reads the bytes from {@code from} up to {@code to}; the same bytes and some more may be given again. Never throws. */
    static ProxyHeader read(byte[] bytes, int from, int to) {
        if (from >= to) {
            return new Incomplete();
        }
        if (begins(bytes, from, to, BinaryHeader.SIGNATURE)) {
            return to - from < BinaryHeader.SIGNATURE.length ? new Incomplete() : BinaryHeader.read(bytes, from, to);
        }
        if (begins(bytes, from, to, LineHeader.BEGINNING)) {
            return to - from < LineHeader.BEGINNING.length ? new Incomplete() : line(bytes, from, to);
        }
        return new Absent();
    }

    private static ProxyHeader line(byte[] bytes, int from, int to) {
        int bound = Math.min(to, from + LINE_MAX);
        for (int at = from; at < bound; at++) {
            if (bytes[at] == '\n') {
                int length = at + 1 - from;
                if (bytes[at - 1] != '\r') {
                    return new Malformed("its line ends without CR");
                }
                String line = new String(bytes, from, length - 2, StandardCharsets.ISO_8859_1);
                return LineHeader.read(line, length);
            }
        }
        return to - from < LINE_MAX
                ? new Incomplete()
                : new Malformed("its line is longer than " + LINE_MAX + " bytes");
    }

    /** Whether the bytes that are there are those of the word, or of its beginning. */
    private static boolean begins(byte[] bytes, int from, int to, byte[] word) {
        int length = Math.min(to - from, word.length);
        return Arrays.equals(bytes, from, from + length, word, 0, length);
    }
}
