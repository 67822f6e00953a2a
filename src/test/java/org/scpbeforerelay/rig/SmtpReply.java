package org.scpbeforerelay.rig;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's reply (RFC 5321, 4.2).
 *
 * @param lines every line as it came, code included
 */
public record SmtpReply(int code, List<String> lines) {
    private static final Pattern ENHANCED = Pattern.compile("^\\d{3}[ -](\\d\\.\\d{1,3}\\.\\d{1,3})\\b");

    /** The enhanced status code (RFC 3463) of the last line, such as {@code 5.7.1}; empty when it has none. */
    public String enhanced() {
        Matcher matcher = ENHANCED.matcher(lines.getLast());
        return matcher.find() ? matcher.group(1) : "";
    }

    /** All lines, for messages and {@code contains}. */
    public String text() {
        return String.join("\n", lines);
    }

    @Override
    public String toString() {
        return text();
    }
}
