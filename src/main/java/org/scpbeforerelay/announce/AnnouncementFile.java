package org.scpbeforerelay.announce;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.scpbeforerelay.address.ClientAddress;

/**
 * A file that a client sent to say where it is.
 *
 * <p>Each line is {@code ADDRESS [anything]}, blank, or a comment that begins with {@code #}. {@code ADDRESS} is a literal, or
 * {@code auto} for the connection's own address. What follows the address is never looked at: the files of old, {@code IP 0}
 * and {@code IP stub}, are read as they always were. At most {@link #SIZE_MAX} bytes and {@link #LINES_MAX} lines; lines end
 * with LF or CR LF, the last one may end with the file. One bad line refuses the file: all or nothing.
 */
public sealed interface AnnouncementFile {
    /** The most bytes that a file may have. */
    int SIZE_MAX = 1024;

    /** The most lines that a file may have, blank ones and comments included. */
    int LINES_MAX = 16;

    /** What the file claims, in its order; at least one claim. */
    record Claims(List<Claim> claims) implements AnnouncementFile {
        public Claims {
            claims = List.copyOf(claims);
        }
    }

    /** Why the file claims nothing. */
    record Unreadable(Verdict.Refused refused) implements AnnouncementFile {}

    /** Reads a whole file. Never throws, whatever the bytes. */
    static AnnouncementFile parse(byte[] bytes) {
        if (bytes.length > SIZE_MAX) {
            return unreadable(RefusalCode.TOO_LARGE, "the file has more than " + SIZE_MAX + " bytes");
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<String> lines = text.lines().toList();
        if (lines.size() > LINES_MAX) {
            return unreadable(RefusalCode.TOO_MANY_LINES, "the file has more than " + LINES_MAX + " lines");
        }
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f)) {
                return unreadable(
                        RefusalCode.ADDRESS_MALFORMED,
                        "line " + (i + 1) + " holds control characters; the file must be plain text");
            }
            String word = firstWord(line);
            if (word.isEmpty() || word.startsWith("#")) {
                continue;
            }
            Optional<Claim> claim = claim(word);
            if (claim.isEmpty()) {
                return unreadable(RefusalCode.ADDRESS_MALFORMED, "line " + (i + 1) + ": " + noAddress(word));
            }
            claims.add(claim.get());
        }
        if (claims.isEmpty()) {
            return unreadable(
                    RefusalCode.ADDRESS_MALFORMED,
                    "the file holds no address; write one like 203.0.113.7, or 'auto' for the connection's own");
        }
        return new Claims(claims);
    }

    /** The claim that one word makes; empty when it is neither a literal nor {@code auto}. */
    static Optional<Claim> claim(String word) {
        return word.equals("auto")
                ? Optional.of(Claim.OWN)
                : ClientAddress.tryParse(word).map(Claim.Address::new);
    }

    /** Says that a word is no address; safe to show, whatever the word. */
    static String noAddress(String word) {
        StringBuilder shown = new StringBuilder();
        word.chars().limit(48).forEach(c -> shown.append(c >= ' ' && c < 0x7f ? (char) c : '?'));
        return "'" + shown + (word.length() > 48 ? "…" : "")
                + "' is no IP address (one like 203.0.113.7 or 2001:db8::7, or 'auto')";
    }

    private static String firstWord(String line) {
        int from = 0;
        while (from < line.length() && isBlank(line.charAt(from))) {
            from++;
        }
        int to = from;
        while (to < line.length() && !isBlank(line.charAt(to))) {
            to++;
        }
        return line.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static AnnouncementFile unreadable(RefusalCode code, String reason) {
        return new Unreadable(new Verdict.Refused(code, reason));
    }
}
