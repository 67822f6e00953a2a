package org.scpbeforerelay.lookup;

import java.nio.charset.StandardCharsets;
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
    private final FamiliarNames familiar = new FamiliarNames();
    private byte[] bytes = {};
    private int line;

    /** Forgets the former request. */
    void begin(byte[] where) {
        bytes = where;
        line = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = -1;
        }
    }

    /**
     * Takes note of the line that begins here.
     *
     * @return where its line feed stands; {@link LookupCodec#INCOMPLETE} when that has not come, {@link LookupCodec#MALFORMED} when
     *     the line is no attribute: it has no {@code =}, or nothing before it
     */
    int attribute(int from, int to) {
        int number = line++;
        int name = familiar.length(bytes, from, to, number);
        int end = ByteWords.find(bytes, from + name, to, LINE_FEEDS);
        if (end < 0) {
            return LookupCodec.INCOMPLETE;
        }
        int which = name > 0 ? familiar.meaning(number) : NOT_OURS;
        if (name == 0) {
            int equals = ByteWords.find(bytes, from, end, EQUALS_SIGNS);
            if (equals <= from) {
                return LookupCodec.MALFORMED;
            }
            name = equals + 1 - from;
            which = which(from, name);
            familiar.remember(bytes, from, from + name, number, which);
        }
        if (which >= 0 && starts[which] < 0) {
            starts[which] = from + name;
            ends[which] = end;
        }
        return end;
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
