package org.scpbeforerelay.key;

import java.util.List;
import java.util.Optional;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;

/**
 * The patterns of {@code from=} (ssh_config(5) PATTERNS): addresses, networks, wildcards over the canonical text, negation
 * with {@code !}. A negated pattern that matches forbids, wherever it stands; something positive must match besides.
 */
final class FromPatterns {
    private FromPatterns() {}

    /** Says what is wrong with a pattern. Names of hosts are refused: no DNS is asked here, so they would never match. */
    static void check(String pattern) throws KeySyntaxException {
        String bare = bare(pattern);
        if (bare.indexOf('/') >= 0) {
            try {
                Network.parse(bare);
            } catch (AddressSyntaxException e) {
                throw new KeySyntaxException("from=: " + e.getMessage());
            }
            return;
        }
        boolean ofAddress = bare.chars()
                .allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80 || c == '.' || c == ':' || c == '*' || c == '?');
        boolean wild = bare.indexOf('*') >= 0 || bare.indexOf('?') >= 0;
        if (bare.isEmpty()
                || !ofAddress
                || !wild && ClientAddress.tryParse(bare).isEmpty()) {
            throw new KeySyntaxException("from=: '" + KeySyntaxException.printable(pattern)
                    + "' is no address pattern (203.0.113.7, 203.0.113.0/24, 203.0.113.*, !203.0.113.9);"
                    + " names of hosts are not looked up");
        }
    }

    static boolean allow(List<String> patterns, ClientAddress address) {
        boolean matched = false;
        for (String pattern : patterns) {
            if (matches(bare(pattern), address)) {
                if (pattern.startsWith("!")) {
                    return false;
                }
                matched = true;
            }
        }
        return matched;
    }

    private static String bare(String pattern) {
        return pattern.startsWith("!") ? pattern.substring(1) : pattern;
    }

    private static boolean matches(String pattern, ClientAddress address) {
        if (pattern.indexOf('/') >= 0) {
            try {
                return Network.parse(pattern).contains(address);
            } catch (AddressSyntaxException e) {
                return false;
            }
        }
        Optional<ClientAddress> literal = ClientAddress.tryParse(pattern);
        return literal.isPresent() ? literal.get().equals(address) : glob(pattern, address.toString());
    }

    /** Linear in the text for every pattern: on a mismatch only the last star is tried again. */
    private static boolean glob(String pattern, String text) {
        int p = 0;
        int t = 0;
        int starAt = -1;
        int starText = 0;
        while (t < text.length()) {
            char c = p < pattern.length() ? pattern.charAt(p) : 0;
            if (c == '*') {
                starAt = p++;
                starText = t;
            } else if (c == '?' || c == text.charAt(t)) {
                p++;
                t++;
            } else if (starAt >= 0) {
                p = starAt + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
