package org.scpbeforerelay.view;

/**
 * Text from outside, fit to be shown. What a terminal would obey rather than show (control characters: C0, DEL, C1), and what turns the
 * direction of the text around it (U+202A to U+202E, U+2066 to U+2069), is written as JSON writes it: a backslash, {@code u} and four
 * digits. So JSON stays the same JSON.
 */
public final class Visible {
    private Visible() {}

    /** One line, whatever the text holds. */
    public static String line(String text) {
        return visible(text, false);
    }

    /** Several lines: line feeds and tabs stay. */
    public static String lines(String text) {
        return visible(text, true);
    }

    private static String visible(String text, boolean layoutStays) {
        if (text.chars().noneMatch(c -> isHidden(c, layoutStays))) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isHidden(c, layoutStays)) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    private static boolean isHidden(int c, boolean layoutStays) {
        boolean isLayout = c == '\n' || c == '\t';
        return Character.isISOControl(c) && !(layoutStays && isLayout)
                || c >= 0x202a && c <= 0x202e
                || c >= 0x2066 && c <= 0x2069;
    }
}
