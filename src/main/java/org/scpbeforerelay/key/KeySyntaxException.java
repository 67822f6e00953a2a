package org.scpbeforerelay.key;

/** A line is no key that can be used here. The message says what is wrong and what would be right; it never shows the key. */
public final class KeySyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    KeySyntaxException(String message) {
        super(message);
    }

    /** What came from outside, safe to show on a terminal or in a log: ASCII, at most 48 characters. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length() && i < 48; i++) {
            char c = text.charAt(i);
            out.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return text.length() > 48 ? out + "…" : out.toString();
    }
}
