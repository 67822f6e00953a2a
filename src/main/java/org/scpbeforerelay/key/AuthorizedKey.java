package org.scpbeforerelay.key;

import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.spelling.Nearest;

/**
 * A key that may speak for a user: a line of authorized_keys, as sshd(8) describes it under AUTHORIZED_KEYS FILE FORMAT.
 *
 * <p>Options with a meaning here: {@code from}, {@code expiry-time}, {@code cert-authority}, {@code principals},
 * {@code no-touch-required}, {@code verify-required}, and our own {@code device="gwaihir"}. sshd's other options
 * ({@code restrict}, {@code command="…"}, …) concern a shell and forwarding, of which there is none: they are accepted and have
 * no effect. Anything else is an error.
 *
 * @param type the key's type: {@code ssh-ed25519}
 * @param blob the key
 * @param fingerprint {@code SHA256:…}, as {@code ssh-keygen -l} prints it
 * @param device the one device that the key speaks for; null for any of its user's
 * @param from address patterns, one of which must match the client's address; empty for any address
 * @param expiresAtMs the first instant, by the wall clock in milliseconds, at which the key counts no more;
 *     {@link Long#MAX_VALUE} for none
 * @param certAuthority the key does not speak itself: it signs certificates that do
 * @param principals with {@code certAuthority}: the names of which a certificate must carry one; empty for the user's name
 * @param touchRequired of a key on a security token: its owner must have touched it
 * @param verifyRequired of a key on a security token: its owner must have proved to be there (PIN, finger)
 * @param options as written, empty for none
 * @param comment what follows the key
 */
public record AuthorizedKey(
        String type,
        KeyBlob blob,
        String fingerprint,
        @Nullable DeviceName device,
        List<String> from,
        long expiresAtMs,
        boolean certAuthority,
        List<String> principals,
        boolean touchRequired,
        boolean verifyRequired,
        String options,
        String comment) {
    /** The longest line that is read, in characters; a 16384 bit RSA key takes less than 3000. */
    public static final int LINE_LENGTH_MAX = 16 * 1024;

    public AuthorizedKey {
        from = List.copyOf(from);
        principals = List.copyOf(principals);
    }

    /** Reads one line. The error says what is wrong, without place: who reads the file knows the place. */
    public static AuthorizedKey parse(String line) throws KeySyntaxException {
        String text = printableLine(line);
        String options = "";
        int blank = wordLength(text);
        if (!looksLikeType(text.substring(0, blank))) {
            blank = KeyOptions.length(text);
            options = text.substring(0, blank);
            text = text.substring(blank).strip();
            blank = wordLength(text);
        }
        if (Nearest.to(options, KeyType.names()).isPresent()) {
            throw noType(options);
        }
        KeyOptions parsed = KeyOptions.parse(options);
        KeyType type = type(text.substring(0, blank));
        String rest = text.substring(blank).strip();
        int end = wordLength(rest);
        byte[] bytes = decoded(rest.substring(0, end));
        type.check(bytes);
        KeyBlob blob = KeyBlob.of(bytes);
        return new AuthorizedKey(
                type.text,
                blob,
                blob.fingerprint(),
                parsed.device,
                parsed.from,
                parsed.expiresAtMs,
                parsed.certAuthority,
                parsed.principals,
                parsed.touchRequired,
                parsed.verifyRequired,
                options,
                rest.substring(end).strip());
    }

    /** Whether a client at this address may use the key. */
    public boolean allowsFrom(ClientAddress address) {
        return from.isEmpty() || FromPatterns.allow(from, address);
    }

    /** The line again: options, type, key, comment, with one blank between them. */
    public String line() {
        return (options.isEmpty() ? "" : options + " ")
                + type + " " + blob.base64()
                + (comment.isEmpty() ? "" : " " + comment);
    }

    private static String printableLine(String line) throws KeySyntaxException {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            throw new KeySyntaxException("no key here: expected a line like 'ssh-ed25519 AAAA… gerard@gwaihir'");
        }
        if (text.length() > LINE_LENGTH_MAX) {
            throw new KeySyntaxException("a key line has at most " + LINE_LENGTH_MAX + " characters");
        }
        if (text.contains("PRIVATE KEY")) {
            throw new KeySyntaxException("this is a private key, which must never leave its owner: give the .pub file");
        }
        if (text.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f)) {
            throw new KeySyntaxException("a key is one line, without control characters");
        }
        return text;
    }

    private static int wordLength(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) != ' ' && text.charAt(end) != '\t') {
            end++;
        }
        return end;
    }

    private static boolean looksLikeType(String word) {
        return KeyType.of(word) != null
                || word.equals("ssh-dss")
                || word.endsWith("-cert-v01@openssh.com") && word.indexOf('"') < 0;
    }

    private static KeyType type(String word) throws KeySyntaxException {
        KeyType type = KeyType.of(word);
        if (type != null) {
            return type;
        }
        if (word.equals("ssh-dss")) {
            throw new KeySyntaxException("DSA keys are broken and not accepted; make a new one: ssh-keygen -t ed25519");
        }
        if (word.endsWith("-cert-v01@openssh.com")) {
            throw new KeySyntaxException(
                    "this is a certificate; put its authority's key here, with the option cert-authority before it");
        }
        throw noType(word);
    }

    private static KeySyntaxException noType(String word) {
        return new KeySyntaxException("'" + KeySyntaxException.printable(word) + "' is no type of key"
                + Nearest.to(word, KeyType.names())
                        .map(near -> "; did you mean '" + near + "'?")
                        .orElse(": expected a line like 'ssh-ed25519 AAAA… gerard@gwaihir'"));
    }

    private static byte[] decoded(String base64) throws KeySyntaxException {
        if (base64.isEmpty()) {
            throw new KeySyntaxException("the key itself is missing after its type; copy the whole .pub file");
        }
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new KeySyntaxException("the key is no base64; copy the whole .pub file again");
        }
    }
}
