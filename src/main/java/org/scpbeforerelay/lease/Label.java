package org.scpbeforerelay.lease;

import org.scpbeforerelay.address.ClientAddress;

/** The one syntax of user names and device names. */
final class Label {
    static final int LENGTH_MAX = 64;

    private Label() {}

    /** Gives {@code text} back, or says why it is no name. */
    static String checked(String what, String text) {
        if (text.isEmpty() || text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException("a " + what + " has 1 to " + LENGTH_MAX + " characters");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            if (!alphanumeric && (i == 0 || c != '.' && c != '_' && c != '-')) {
                throw new IllegalArgumentException(
                        "a " + what + " begins with a-z or 0-9 and goes on with a-z, 0-9, '.', '_' or '-'");
            }
        }
        if (ClientAddress.tryParse(text).isPresent()) {
            throw new IllegalArgumentException("a " + what + " must not look like an IP address");
        }
        return text;
    }
}
