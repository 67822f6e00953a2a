package org.scpbeforerelay.lookup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/**
 * The socketmap protocol (Postfix's socketmap_table(5); Sendmail's "socket map"; spoken from Exim by {@code readsocket}).
 *
 * <pre>
 * request:  LENGTH ":" NAME " " KEY ","     a netstring: LENGTH is the number of bytes of {@code NAME KEY}, in decimal
 * answer:   LENGTH ":" WORDS ","
 *
 * map relay:   KEY = an address                                     OK permit   | NOTFOUND  | TEMP reason
 * map access:  KEY = connect:ADDRESS or connect:ipv6:ADDRESS        OK RELAY    | NOTFOUND  | TEMP reason
 * other map:                                                        PERM reason
 * </pre>
 *
 * <p>{@code OK} is always followed by a value and {@code NOTFOUND} by a blank: Postfix takes {@code OK} alone for not found and
 * {@code NOTFOUND} alone for an error. TEMP only while the book is not loaded, and never for a key that is no address: Postfix
 * asks for names too, and an error for those would defer everybody's mail.
 *
 * <p>The tag of {@code access} keys is understood in either case. Without the tag, or with another ({@code from:},
 * {@code to:}), a key is not found, even if it is an address: Sendmail looks up senders and recipients in the same map.
 *
 * <p>Limits: 4 KiB a netstring. Malformed, hence the end of the connection: a length with a leading zero, a missing colon or
 * comma, no blank between name and key.
 */
final class SocketmapCodec implements LookupCodec {
    /** The longest netstring's content, in bytes. */
    static final int CONTENT_MAX = 4 * 1024;

    private static final byte[] RELAY = ascii("relay");
    private static final byte[] ACCESS = ascii("access");
    private static final byte[] CONNECT_TAG = ascii("connect:");
    private static final byte[] IPV6_TAG = ascii("ipv6:");

    private static final byte[] PERMIT = netstring("OK permit");
    private static final byte[] ACCESS_RELAY = netstring("OK RELAY");
    private static final byte[] NOT_FOUND = netstring("NOTFOUND ");
    private static final byte[] NOT_READY = netstring("TEMP relay leases are not loaded yet");
    private static final byte[] UNKNOWN_MAP = netstring("PERM unknown map: relay and access are served here");

    private final AddressAnswers answers;

    SocketmapCodec(AddressAnswers answers) {
        this.answers = answers;
    }

    @Override
    public int answer(byte[] bytes, int from, int to, ByteBuffer answer) {
        int at = from;
        int length = 0;
        while (at < to && bytes[at] != ':') {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9 || length == 0 && at > from) {
                return MALFORMED;
            }
            length = length * 10 + digit;
            if (length > CONTENT_MAX) {
                return OVERSIZED;
            }
            at++;
        }
        if (at == from) {
            return to == from ? INCOMPLETE : MALFORMED;
        }
        int content = at + 1;
        int end = content + length;
        if (end >= to) {
            return INCOMPLETE;
        }
        if (bytes[end] != ',') {
            return MALFORMED;
        }
        int blank = content;
        while (blank < end && bytes[blank] != ' ') {
            blank++;
        }
        if (blank == end) {
            return MALFORMED;
        }
        answer.put(inMap(bytes, content, blank, end));
        return end + 1;
    }

    private byte[] inMap(byte[] bytes, int name, int blank, int end) {
        if (blank - name == RELAY.length && begins(bytes, name, blank, RELAY)) {
            return of(ClientAddress.read(bytes, blank + 1, end), PERMIT);
        }
        if (blank - name == ACCESS.length && begins(bytes, name, blank, ACCESS)) {
            return of(connectAddress(bytes, blank + 1, end), ACCESS_RELAY);
        }
        answers.count(LookupProtocol.SOCKETMAP, LookupAnswer.UNSUPPORTED);
        return UNKNOWN_MAP;
    }

    private byte[] of(@Nullable ClientAddress client, byte[] permit) {
        return switch (answers.about(client, LookupProtocol.SOCKETMAP)) {
            case PERMIT -> permit;
            case NOT_READY -> NOT_READY;
            default -> NOT_FOUND;
        };
    }

    private static @Nullable ClientAddress connectAddress(byte[] bytes, int from, int to) {
        if (!begins(bytes, from, to, CONNECT_TAG)) {
            return null;
        }
        int at = from + CONNECT_TAG.length;
        return ClientAddress.read(bytes, begins(bytes, at, to, IPV6_TAG) ? at + IPV6_TAG.length : at, to);
    }

    /** Whether {@code word}, which is in lower case, stands here in either case. Map names are told apart by it too. */
    private static boolean begins(byte[] bytes, int from, int to, byte[] word) {
        if (to - from < word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            byte b = bytes[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b) != word[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean mayBeComplete(byte[] bytes, int from, int fresh, int to) {
        return true; // the length stands at the beginning: reading it again costs four bytes
    }

    @Override
    public LookupProtocol protocol() {
        return LookupProtocol.SOCKETMAP;
    }

    private static byte[] netstring(String words) {
        return ascii(words.length() + ":" + words + ",");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
