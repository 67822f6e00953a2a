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

    // With the sign that ends them: so a longer name, or a shorter one, is another.
    private static final Name[] NAMES = names(
            "request=",
            "protocol_state=",
            "client_address=",
            "sender=",
            "instance=",
            "recipient=",
            "queue_id=",
            "recipient_count=",
            "sasl_username=");
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

    private static final long EQUALS_SIGNS = ByteWords.filledWith('=');

    private static final byte[] SMTPD_ACCESS_POLICY = ascii("smtpd_access_policy");
    private static final byte[] RCPT = ascii("RCPT");
    private static final byte[] DATA = ascii("DATA");
    private static final byte[] END_OF_MESSAGE = ascii("END-OF-MESSAGE");

    private final int[] starts = new int[NAMES.length];
    private final int[] ends = new int[NAMES.length];
    private byte[] bytes = {};

    /**
     * A name as two words: those that it begins and ends with. Of a name of at most 16 bytes no byte is left out.
     *
     * @param mask which bytes of the first word belong to a name shorter than that
     * @param last the last eight bytes; 0 where there are fewer
     */
    private record Name(int length, long mask, long first, long last) {
        boolean stands(byte[] bytes, int from, int to) {
            return to - from >= length
                    && (ByteWords.at(bytes, from) & mask) == first
                    && (length <= ByteWords.SIZE || ByteWords.at(bytes, from + length - ByteWords.SIZE) == last);
        }
    }

    /** Forgets the former request. */
    void begin(byte[] where) {
        bytes = where;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = -1;
        }
    }

    /**
     * Takes note of one line, whose line feed stands at {@code to}.
     *
     * @return false when it is no attribute: it has no {@code =}, or nothing before it
     */
    boolean attribute(int from, int to) {
        int which = which(from, to);
        if (which < 0) {
            return ByteWords.find(bytes, from, to, EQUALS_SIGNS) > from;
        }
        if (starts[which] < 0) {
            starts[which] = from + NAMES[which].length;
            ends[which] = to;
        }
        return true;
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

    private int which(int from, int to) {
        // The shortest of our lines is "sender=" and its line feed: eight bytes, a word.
        if (to - from < ByteWords.SIZE - 1) {
            return NOT_OURS;
        }
        int candidate = switch (bytes[from]) {
            case 'c' -> CLIENT_ADDRESS;
            case 'i' -> INSTANCE;
            case 'p' -> PROTOCOL_STATE;
            case 'q' -> QUEUE_ID;
            case 'r' ->
                bytes[from + 2] == 'q'
                        ? REQUEST
                        : to - from > 9 && bytes[from + 9] == '_' ? RECIPIENT_COUNT : RECIPIENT;
            case 's' -> bytes[from + 1] == 'e' ? SENDER : SASL_USERNAME;
            default -> NOT_OURS;
        };
        return candidate >= 0 && NAMES[candidate].stands(bytes, from, to) ? candidate : NOT_OURS;
    }

    private boolean same(int from, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[from + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static Name[] names(String... names) {
        return Arrays.stream(names).map(PolicyRequest::name).toArray(Name[]::new);
    }

    private static Name name(String text) {
        byte[] bytes = ascii(text);
        int length = bytes.length;
        boolean isShort = length < ByteWords.SIZE;
        return new Name(
                length,
                isShort ? (1L << 8 * length) - 1 : -1,
                isShort ? ByteWords.tail(bytes, 0, length) : ByteWords.at(bytes, 0),
                isShort ? 0 : ByteWords.at(bytes, length - ByteWords.SIZE));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
