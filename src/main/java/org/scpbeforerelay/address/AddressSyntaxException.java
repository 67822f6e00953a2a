package org.scpbeforerelay.address;

/** A text is no address or network. The message names the text (made printable) and says what would be one. */
public final class AddressSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    AddressSyntaxException(String text, String why) {
        super("'" + printable(text) + "' is " + why);
    }

    /** What came from outside, safe to show on a terminal or in a log: ASCII, at most 64 characters. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length() && i < 64; i++) {
            char c = text.charAt(i);
            out.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return text.length() > 64 ? out + "…" : out.toString();
    }
}
