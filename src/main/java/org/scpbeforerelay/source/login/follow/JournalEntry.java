package org.scpbeforerelay.source.login.follow;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.source.login.format.LogLine;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An entry of the journal as {@code journalctl --output=json} writes it (systemd, Journal JSON Format): a text for each field, a
 * list of numbers where it is no UTF-8, a list where a field was sent more than once, null where it is too long. Fields that
 * begin with {@code _} were added by journald and cannot be sent.
 *
 * @param cursor its place
 * @param line null where it is no line of a followed unit that could be judged
 */
record JournalEntry(String cursor, @Nullable LogLine line) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Null when the text is no entry. */
    static @Nullable JournalEntry parse(String text, JournalUnits units, long nowMs) {
        JsonNode entry;
        try {
            entry = JSON.readTree(text);
        } catch (JacksonException e) {
            return null;
        }
        String cursor = field(entry, "__CURSOR");
        return cursor == null ? null : new JournalEntry(cursor, line(entry, units, nowMs));
    }

    private static @Nullable LogLine line(JsonNode entry, JournalUnits units, long nowMs) {
        String unit = field(entry, "_SYSTEMD_UNIT");
        String program = field(entry, "SYSLOG_IDENTIFIER");
        String comm = field(entry, "_COMM");
        String message = message(entry.get("MESSAGE"));
        if (unit == null || !units.have(unit) || program == null || comm == null || message == null) {
            return null;
        }
        long atMs = number(field(entry, "__REALTIME_TIMESTAMP")) / 1000;
        if (atMs < 0) {
            return null;
        }
        long pid = number(field(entry, "_PID"));
        return new LogLine(
                Math.min(atMs, nowMs),
                program,
                Math.clamp(pid, 0, Integer.MAX_VALUE),
                message,
                new LogLine.Origin(comm, number(field(entry, "_UID"))));
    }

    private static @Nullable String message(@Nullable JsonNode node) {
        if (node == null) {
            return null;
        }
        if (node.isString()) {
            return new String(node.stringValue().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }
        if (!node.isArray()) {
            return null;
        }
        StringBuilder bytes = new StringBuilder();
        for (JsonNode one : node) {
            if (!one.isInt()) {
                return null;
            }
            bytes.append((char) (one.intValue() & 0xff));
        }
        return bytes.toString();
    }

    /** A field that is there once. */
    private static @Nullable String field(JsonNode entry, String name) {
        JsonNode node = entry.get(name);
        return node != null && node.isString() ? node.stringValue() : null;
    }

    private static long number(@Nullable String text) {
        try {
            return text == null ? -1 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
