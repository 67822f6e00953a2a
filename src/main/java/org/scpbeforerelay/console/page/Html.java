package org.scpbeforerelay.console.page;

/** Builds HTML. What comes from outside goes through {@link #text} or {@link #attribute}, which escape it; {@link #raw} is for our own words. */
final class Html {
    private final StringBuilder out = new StringBuilder(16_384);

    /** Markup of ours. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Text, whatever it holds. */
    Html text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                    if (c < ' ' && c != '\n' || c == 0x7f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069) {
                        // Control characters, and those that turn the direction of
                        // writing, would let a text look like another.
                        out.append('\ufffd');
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return this;
    }

    Html text(long number) {
        out.append(number);
        return this;
    }

    /** {@code  name="value"}, with a space before it. */
    Html attribute(String name, String value) {
        out.append(' ').append(name).append("=\"");
        return text(value).raw("\"");
    }

    Html attribute(String name, long value) {
        return attribute(name, Long.toString(value));
    }

    int length() {
        return out.length();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
