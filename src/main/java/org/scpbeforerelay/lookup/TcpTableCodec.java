package org.scpbeforerelay.lookup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The protocol of Postfix's {@code tcp:} tables (tcp_table(5)).
 *
 * <pre>
 * request:  "get " KEY LF                  KEY with %XX for %, white space and control characters
 *           "put " KEY " " VALUE LF
 * answer:   200 permit LF                  found
 *           500 not-authorised LF          not found
 *           400 relay-leases-are-not-loaded-yet LF
 *           500 read-only LF               to every put
 * </pre>
 *
 * <p>An answer always has text: Postfix takes a bare {@code 500} for an error. 400 only while the book is not loaded, and never
 * for a key that is no address. A key with a bad %XX is no address.
 *
 * <p>Limits: 4 KiB a line. Malformed, hence the end of the connection: a line that begins with neither verb.
 */
final class TcpTableCodec implements LookupCodec {
    /** The longest line, in bytes, its end included. */
    static final int LINE_MAX = 4 * 1024;

    private static final byte[] GET = ascii("get ");
    private static final byte[] PUT = ascii("put ");
    private static final byte[] PERMIT = ascii("200 permit\n");
    private static final byte[] NOT_AUTHORISED = ascii("500 not-authorised\n");
    private static final byte[] NOT_READY = ascii("400 relay-leases-are-not-loaded-yet\n");
    private static final byte[] READ_ONLY = ascii("500 read-only\n");

    private final AddressAnswers answers;
    private final PercentDecoder key = new PercentDecoder();

    TcpTableCodec(AddressAnswers answers) {
        this.answers = answers;
    }

    /** Whether these bytes are {@code get } or {@code put }, or the beginning of one. */
    static boolean isVerb(byte[] bytes, int from, int length) {
        return same(bytes, from, length, GET) || same(bytes, from, length, PUT);
    }

    @Override
    public int answer(byte[] bytes, int from, int to, ByteBuffer answer) {
        int end = from;
        while (end < to && bytes[end] != '\n') {
            end++;
        }
        if (end - from >= LINE_MAX) {
            return OVERSIZED;
        }
        int verb = Math.min(GET.length, end - from);
        if (!isVerb(bytes, from, verb)) {
            return MALFORMED;
        }
        if (end == to) {
            return INCOMPLETE;
        }
        if (verb < GET.length) {
            return MALFORMED;
        }
        if (bytes[from] == 'p') {
            answers.count(LookupProtocol.TCP_TABLE, LookupAnswer.UNSUPPORTED);
            answer.put(READ_ONLY);
        } else {
            answer.put(get(bytes, from + GET.length, end));
        }
        return end + 1;
    }

    private byte[] get(byte[] bytes, int from, int to) {
        return switch (answers.about(key.address(bytes, from, to), LookupProtocol.TCP_TABLE)) {
            case PERMIT -> PERMIT;
            case NOT_READY -> NOT_READY;
            default -> NOT_AUTHORISED;
        };
    }

    @Override
    public boolean mayBeComplete(byte[] bytes, int from, int fresh, int to) {
        if (to - from >= LINE_MAX) {
            return true;
        }
        for (int i = fresh; i < to; i++) {
            if (bytes[i] == '\n') {
                return true;
            }
        }
        return to - from <= GET.length;
    }

    @Override
    public LookupProtocol protocol() {
        return LookupProtocol.TCP_TABLE;
    }

    private static boolean same(byte[] bytes, int from, int length, byte[] word) {
        for (int i = 0; i < length; i++) {
            if (bytes[from + i] != word[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
