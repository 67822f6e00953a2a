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

    private static final byte[][] NAMES = names(
            "request",
            "protocol_state",
            "client_address",
            "sender",
            "instance",
            "recipient",
            "queue_id",
            "recipient_count",
            "sasl_username");
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

    private static final byte[] SMTPD_ACCESS_POLICY = ascii("smtpd_access_policy");
    private static final byte[] RCPT = ascii("RCPT");
    private static final byte[] DATA = ascii("DATA");
    private static final byte[] END_OF_MESSAGE = ascii("END-OF-MESSAGE");

    /** The lengths that the names above have, a bit each. */
    private static final int LENGTHS = lengths();

    private final int[] starts = new int[NAMES.length];
    private final int[] ends = new int[NAMES.length];
    private final ByteText text = new ByteText();
    private byte[] bytes = {};

    /** Forgets the former request. */
    void begin(byte[] where) {
        bytes = where;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = -1;
        }
    }

    /** Whether one of our attributes has a name of this length: most lines are passed over by this alone. */
    static boolean mayBeOurs(int nameLength) {
        return nameLength < Integer.SIZE && (LENGTHS & 1 << nameLength) != 0;
    }

    /** Takes note of one attribute. */
    void attribute(int nameFrom, int nameTo, int valueTo) {
        int which = which(nameFrom, nameTo - nameFrom);
        if (which >= 0 && starts[which] < 0) {
            starts[which] = nameTo + 1;
            ends[which] = valueTo;
        }
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
        return start < 0
                ? null
                : ClientAddress.tryParse(text.at(bytes, start, ends[CLIENT_ADDRESS]))
                        .orElse(null);
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
        int candidate = switch (length) {
            case 6 -> SENDER;
            case 7 -> REQUEST;
            case 8 -> bytes[from] == 'i' ? INSTANCE : QUEUE_ID;
            case 9 -> RECIPIENT;
            case 13 -> SASL_USERNAME;
            case 14 -> bytes[from] == 'p' ? PROTOCOL_STATE : CLIENT_ADDRESS;
            case 15 -> RECIPIENT_COUNT;
            default -> NOT_OURS;
        };
        return candidate >= 0 && same(from, NAMES[candidate]) ? candidate : NOT_OURS;
    }

    private boolean same(int from, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[from + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[][] names(String... names) {
        byte[][] bytes = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            bytes[i] = ascii(names[i]);
        }
        return bytes;
    }

    private static int lengths() {
        int lengths = 0;
        for (byte[] name : NAMES) {
            lengths |= 1 << name.length;
        }
        return lengths;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
