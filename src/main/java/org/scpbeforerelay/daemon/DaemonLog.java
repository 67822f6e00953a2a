package org.scpbeforerelay.daemon;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.scpbeforerelay.view.Json;
import org.scpbeforerelay.view.Visible;
import tools.jackson.databind.node.ObjectNode;

/**
 * The daemon's log: one line an event on standard error. Where that is the journal (JOURNAL_STREAM names it, systemd.exec(5)) a line
 * begins with its priority as sd-daemon(3) has it and has no time of its own, since the journal adds one; elsewhere it begins with
 * the time in UTC. For machines each line is a JSON object instead.
 */
public final class DaemonLog {
    private DaemonLog() {}

    /** For whom the lines are. */
    public enum Form {
        TEXT,
        JSON
    }

    /** Sets the process's logging up, for people. */
    public static void begin(Map<String, String> environment) {
        begin(environment, Form.TEXT);
    }

    /** Sets the process's logging up. */
    public static void begin(Map<String, String> environment, Form form) {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        boolean journal = isJournal(environment.getOrDefault("JOURNAL_STREAM", ""), Path.of("/proc/self/fd/2"));
        Handler handler = new ConsoleHandler();
        handler.setFormatter(form == Form.JSON ? new JsonFormatter(journal) : new LineFormatter(journal));
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
        root.setLevel(Level.INFO);
    }

    /** Whether this file is the stream that systemd has connected to the journal: a redirected one is not, whatever the variable says. */
    static boolean isJournal(String deviceAndInode, Path file) {
        try {
            return deviceAndInode.equals(
                    Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** One JSON object, whatever the message holds: {@code at}, {@code level}, {@code from}, {@code message}, {@code trace}. */
    static final class JsonFormatter extends Formatter {
        private final boolean journal;

        JsonFormatter(boolean journal) {
            this.journal = journal;
        }

        @Override
        public String format(LogRecord record) {
            ObjectNode line = Json.object()
                    .put("at", Json.time(record.getMillis()))
                    .put("level", LineFormatter.name(record.getLevel()).strip().toLowerCase(Locale.ROOT))
                    .put("from", String.valueOf(record.getLoggerName()).replaceFirst("^org\\.scpbeforerelay\\.", ""))
                    .put("message", formatMessage(record));
            if (record.getThrown() != null) {
                StringWriter trace = new StringWriter();
                record.getThrown().printStackTrace(new PrintWriter(trace, true));
                line.put("trace", trace.toString());
            }
            // What JSON lets stand in a string, a terminal may still obey.
            String text = Visible.line(Json.line(line));
            return (journal ? "<" + LineFormatter.priority(record.getLevel()) + ">" : "") + text + "\n";
        }
    }

    /** Leaves out what is not a warning: for {@code try}, whose page is what a person reads. */
    public static void onlyWarnings() {
        Logger.getLogger("").setLevel(Level.WARNING);
    }

    /**
     * One line, whatever the message holds: line breaks and control characters from outside are made visible. The lines of a stack trace
     * follow, further in, and no line that an exception's message has in it looks like one of the log.
     */
    static final class LineFormatter extends Formatter {
        private final boolean journal;

        LineFormatter(boolean journal) {
            this.journal = journal;
        }

        @Override
        public String format(LogRecord record) {
            StringBuilder line = new StringBuilder();
            if (journal) {
                line.append('<').append(priority(record.getLevel())).append('>');
            } else {
                line.append(Instant.ofEpochMilli(record.getMillis()).truncatedTo(ChronoUnit.MILLIS))
                        .append(' ')
                        .append(name(record.getLevel()))
                        .append(' ');
            }
            line.append(Visible.line(formatMessage(record))).append('\n');
            if (record.getThrown() != null) {
                StringWriter trace = new StringWriter();
                record.getThrown().printStackTrace(new PrintWriter(trace, true));
                for (String each : trace.toString().split("\n")) {
                    line.append("    ")
                            .append(Visible.line(each.replace('\t', ' ')))
                            .append('\n');
                }
            }
            return line.toString();
        }

        private static int priority(Level level) {
            return level.intValue() >= Level.SEVERE.intValue()
                    ? 3
                    : level.intValue() >= Level.WARNING.intValue()
                            ? 4
                            : level.intValue() >= Level.INFO.intValue() ? 6 : 7;
        }

        private static String name(Level level) {
            return switch (priority(level)) {
                case 3 -> "ERROR";
                case 4 -> "WARN ";
                case 6 -> "INFO ";
                default -> "DEBUG";
            };
        }
    }
}
