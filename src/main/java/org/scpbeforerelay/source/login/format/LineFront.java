package org.scpbeforerelay.source.login.format;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The front of a log line, taken off but not yet read. Known are
 *
 * <pre>
 *  Nov 22 15:00:00 host prog[pid]: message                   RFC 3164, as syslog daemons write it
 *  2026-11-22T15:00:00.123456+01:00 host prog[pid]: message  RFC 3339 stamps: rsyslog's default since Debian 12
 *  Nov 22 15:00:00 imap-login: Info: message                 Dovecot 2's own file (log_path)
 *  2026-11-22 15:00:00 imap-login: Info: message             the same with such a log_timestamp
 *  dovecot: 2011-03-03 18:31:18 Info: imap-login: message    Dovecot 1's own file
 * </pre>
 *
 * a priority {@code <22>} before them, and {@code message repeated 3 times: [ message]} (rsyslog) after the tag.
 *
 * @param stamp the time as written; read by {@link SyslogStamp}
 * @param program the tag
 * @param pid 0 where there is none
 * @param message the rest
 */
record LineFront(String stamp, String program, int pid, String message) {
    /** Longer lines are cut by syslog daemons somewhere, so their end proves nothing; in bytes. */
    static final int LINE_MAX = 8192;

    private static final int SHORT_STAMP = 15;
    private static final Pattern OWN_PROCESS = Pattern.compile("[a-z0-9-]+(?:\\([^()\\s]*\\))?(?:<[^<>\\s]*>)*");
    private static final Pattern OWN_MESSAGE =
            Pattern.compile("([^\\s:]+(?::[^\\s:]+)*: )(?:Debug|Info|Warning|Error|Fatal|Panic): (.*)");
    private static final Pattern OWN_OLD =
            Pattern.compile("dovecot: (\\S{10} \\S{8}|[A-Z][a-z]{2} [ \\d]\\d \\S{8}) Info: (.*)");
    private static final Pattern REPEATED = Pattern.compile("message repeated \\d{1,9} times: \\[ ?(.*)\\]");

    /** Takes the front off; null where this is no line of a log, or not a whole one. */
    static @Nullable LineFront of(String raw) {
        String line = withoutPadding(raw);
        if (line.length() > LINE_MAX || line.length() < SHORT_STAMP || hasControl(line)) {
            return null;
        }
        if (line.startsWith("dovecot: ")) {
            Matcher old = OWN_OLD.matcher(line);
            return old.matches() ? new LineFront(old.group(1), "dovecot", 0, old.group(2)) : null;
        }
        int stampEnd = stampEnd(line);
        if (stampEnd < 0 || stampEnd >= line.length() || line.charAt(stampEnd) != ' ') {
            return null;
        }
        String stamp = line.substring(0, stampEnd);
        int hostEnd = line.indexOf(' ', stampEnd + 1);
        if (hostEnd < 0) {
            return null;
        }
        if (line.charAt(hostEnd - 1) == ':') {
            return own(stamp, line.substring(stampEnd + 1));
        }
        return tagged(stamp, line, hostEnd + 1);
    }

    private static String withoutPadding(String raw) {
        int from = 0;
        // A file that was truncated under a writer that does not append begins with a hole.
        while (from < raw.length() && raw.charAt(from) == 0) {
            from++;
        }
        if (from < raw.length() && raw.charAt(from) == '<') {
            int end = raw.indexOf('>', from);
            if (end > from + 1 && end <= from + 4) {
                from = end + 1;
            }
        }
        int to = raw.length();
        if (to > from && raw.charAt(to - 1) == '\r') {
            to--;
        }
        return raw.substring(from, to);
    }

    private static boolean hasControl(String line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return true;
            }
        }
        return false;
    }

    private static int stampEnd(String line) {
        char first = line.charAt(0);
        if (first >= 'A' && first <= 'Z') {
            return SHORT_STAMP;
        }
        if (first < '0' || first > '9') {
            return -1;
        }
        int space = line.indexOf(' ');
        // "2026-11-22 15:00:00": the date and the time apart.
        return space == 10 ? line.indexOf(' ', 11) : space;
    }

    private static @Nullable LineFront own(String stamp, String rest) {
        Matcher matcher = OWN_MESSAGE.matcher(rest);
        if (!matcher.matches()) {
            return null;
        }
        String process = matcher.group(1);
        if (!OWN_PROCESS.matcher(process.substring(0, process.length() - 2)).matches()) {
            return null;
        }
        return new LineFront(stamp, "dovecot", 0, process + matcher.group(2));
    }

    private static @Nullable LineFront tagged(String stamp, String line, int from) {
        int at = from;
        while (at < line.length() && isTag(line.charAt(at))) {
            at++;
        }
        if (at == from || at >= line.length()) {
            return null;
        }
        String program = line.substring(from, at);
        int pid = 0;
        if (line.charAt(at) == '[') {
            int end = line.indexOf(']', at);
            pid = end < 0 ? -1 : number(line, at + 1, end);
            if (pid < 0) {
                return null;
            }
            at = end + 1;
        }
        if (!line.startsWith(": ", at)) {
            return null;
        }
        String message = line.substring(at + 2);
        if (message.startsWith("message repeated ")) {
            Matcher repeated = REPEATED.matcher(message);
            message = repeated.matches() ? repeated.group(1) : message;
        }
        return new LineFront(stamp, program, pid, message);
    }

    private static boolean isTag(char c) {
        return c > ' ' && c != '[' && c != ']' && c != ':' && c < 0x7f;
    }

    private static int number(String line, int from, int to) {
        if (to <= from || to - from > 9) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = line.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
