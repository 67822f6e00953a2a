package org.scpbeforerelay.lookup;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/**
 * One request of the policy protocol: where, among the bytes, the values lie that we use. One such object serves all requests
 * of a listener, one after the other; values become text only when they are asked for.
 *
 * <p>An attribute that is sent twice counts as it was sent first, as SMTPD_POLICY_README allows. Postfix sends each once; a second
 * one could only come from somebody who managed to put a line break into a value, and would come later.
 */
final class PolicyRequest {
    /** The stage of the SMTP dialogue, by {@code protocol_state}. */
    enum Stage {
        RCPT,
        DATA,
        END_OF_MESSAGE,
        /** CONNECT, EHLO, HELO, MAIL, VRFY, ETRN, and what a later Postfix may add. */
        OTHER
    }

    /** Postfix sends some thirty. */
    static final int LINES_MAX = 512;

    // With the sign that ends them, as they stand in a request.
    private static final byte[][] NAMES = {
        ascii("request="),
        ascii("protocol_state="),
        ascii("client_address="),
        ascii("sender="),
        ascii("instance="),
        ascii("recipient="),
        ascii("queue_id="),
        ascii("recipient_count="),
        ascii("sasl_username=")
    };
    private static final int REQUEST = 0;
    private static final int PROTOCOL_STATE = 1;
    private static final int CLIENT_ADDRESS = 2;
    private static final int SENDER = 3;
    private static final int INSTANCE = 4;
    private static final int RECIPIENT = 5;
    private static final int QUEUE_ID = 6;
    private static final int RECIPIENT_COUNT = 7;
    private static final int SASL_USERNAME = 8;
    private static final int NOT_OURS = -1;

    private static final long LINE_FEEDS = ByteWords.filledWith('\n');
    private static final long EQUALS_SIGNS = ByteWords.filledWith('=');

    private static final byte[] SMTPD_ACCESS_POLICY = ascii("smtpd_access_policy");
    private static final byte[] RCPT = ascii("RCPT");
    private static final byte[] DATA = ascii("DATA");
    private static final byte[] END_OF_MESSAGE = ascii("END-OF-MESSAGE");

    private final int[] starts = new int[NAMES.length];
    private final int[] ends = new int[NAMES.length];
    private final FormerRequest former = new FormerRequest();
    private byte[] bytes = {};

    /**
     * Reads the request that begins here.
     *
     * @return where the next one begins; {@link LookupCodec#INCOMPLETE} when the empty line that ends it has not come,
     *     {@link LookupCodec#MALFORMED} when it has no line, or one that is no attribute: without a {@code =}, or with nothing before it;
     *     {@link LookupCodec#OVERSIZED} when it has more than {@link #LINES_MAX}
     */
    int read(byte[] where, int from, int to) {
        bytes = where;
        Arrays.fill(starts, -1);
        int end = former.read(where, from, to, starts, ends);
        return end == FormerRequest.UNLIKE ? readLines(from, to) : end;
    }

    private int readLines(int from, int to) {
        Arrays.fill(starts, -1);
        former.forget();
        int line = from;
        for (int lines = 0; line < to; lines++) {
            if (bytes[line] == '\n') {
                if (line == from) {
                    return LookupCodec.MALFORMED;
                }
                former.keep(bytes, from, line + 1);
                return line + 1;
            }
            int end = ByteWords.find(bytes, line, to, LINE_FEEDS);
            if (end < 0) {
                return LookupCodec.INCOMPLETE;
            }
            int equals = ByteWords.find(bytes, line, end, EQUALS_SIGNS);
            if (equals <= line) {
                return LookupCodec.MALFORMED;
            }
            if (lines == LINES_MAX) {
                return LookupCodec.OVERSIZED;
            }
            int which = which(line, equals + 1 - line);
            if (which >= 0 && starts[which] < 0) {
                starts[which] = equals + 1;
                ends[which] = end;
            } else {
                which = NOT_OURS;
            }
            former.line(line - from, equals + 1 - from, which);
            line = end + 1;
        }
        return LookupCodec.INCOMPLETE;
    }

    /**
     * Whether bytes that came to the beginning of a request settle what becomes of it: by its empty line, or by one that is no attribute.
     * Each line is looked at once, when it ends.
     *
     * @param fresh where those bytes begin
     */
    static boolean isSettled(byte[] bytes, int from, int fresh, int to) {
        int end = ByteWords.find(bytes, fresh, to, LINE_FEEDS);
        int line = end < 0 ? to : beginOfLine(bytes, from, end);
        while (end >= 0) {
            if (ByteWords.find(bytes, line, end, EQUALS_SIGNS) <= line) {
                return true;
            }
            line = end + 1;
            end = ByteWords.find(bytes, line, to, LINE_FEEDS);
        }
        return false;
    }

    private static int beginOfLine(byte[] bytes, int from, int end) {
        int begin = end;
        while (begin > from && bytes[begin - 1] != '\n') {
            begin--;
        }
        return begin;
    }

    /** Whether it asks what we answer: {@code request=smtpd_access_policy}. */
    boolean isAccessPolicy() {
        return is(REQUEST, SMTPD_ACCESS_POLICY);
    }

    Stage stage() {
        if (is(PROTOCOL_STATE, RCPT)) {
            return Stage.RCPT;
        }
        if (is(PROTOCOL_STATE, DATA)) {
            return Stage.DATA;
        }
        return is(PROTOCOL_STATE, END_OF_MESSAGE) ? Stage.END_OF_MESSAGE : Stage.OTHER;
    }

    /** The client's address; null when the attribute is missing, empty or no address. */
    @Nullable
    ClientAddress clientAddress() {
        int start = starts[CLIENT_ADDRESS];
        return start < 0 ? null : ClientAddress.read(bytes, start, ends[CLIENT_ADDRESS]);
    }

    /** The envelope sender, empty for the null sender; null when the attribute is missing. */
    @Nullable
    String sender() {
        return value(SENDER);
    }

    /** Postfix's name of the message while it is received; empty when missing. */
    String instance() {
        return orEmpty(value(INSTANCE));
    }

    /** The recipient at RCPT; empty elsewhere when there are several, or when missing. */
    String recipient() {
        return orEmpty(value(RECIPIENT));
    }

    /** Empty until the message's first recipient is accepted. */
    String queueId() {
        return orEmpty(value(QUEUE_ID));
    }

    /** How many recipients were accepted: 0 at RCPT, true from DATA on; 0 when missing or no number. */
    int recipientCount() {
        int count = 0;
        for (int i = starts[RECIPIENT_COUNT]; i >= 0 && i < ends[RECIPIENT_COUNT]; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9 || count > 100_000_000) {
                return 0;
            }
            count = count * 10 + digit;
        }
        return count;
    }

    /** The name of an SMTP AUTH login; empty without one. It never decides: PITFALL 35. */
    String saslUsername() {
        return orEmpty(value(SASL_USERNAME));
    }

    private @Nullable String value(int which) {
        int start = starts[which];
        return start < 0 ? null : new String(bytes, start, ends[which] - start, StandardCharsets.UTF_8);
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }

    private boolean is(int which, byte[] wanted) {
        int start = starts[which];
        return start >= 0 && ends[which] - start == wanted.length && same(start, wanted);
    }

    private int which(int from, int length) {
        for (int i = 0; i < NAMES.length; i++) {
            if (NAMES[i].length == length && same(from, NAMES[i])) {
                return i;
            }
        }
        return NOT_OURS;
    }

    private boolean same(int from, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[from + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
