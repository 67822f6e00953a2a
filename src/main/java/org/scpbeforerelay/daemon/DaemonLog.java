package org.scpbeforerelay.daemon;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The daemon's log: one line an event on standard error. Under systemd (JOURNAL_STREAM set) a line begins with its priority as
 * sd-daemon(3) has it and has no time of its own, since the journal adds one; elsewhere it begins with the time in UTC.
 */
public final class DaemonLog {
    // Held, because the log manager does not: a logger that is collected comes back without its level.
    private static final Logger SSH_LIBRARY = Logger.getLogger("org.apache.sshd");

    private DaemonLog() {}

    /** Sets the process's logging up. */
    public static void begin(Map<String, String> environment) {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        boolean journal = environment.containsKey("JOURNAL_STREAM");
        Handler handler = new ConsoleHandler();
        handler.setFormatter(new LineFormatter(journal));
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
        root.setLevel(Level.INFO);
        // MINA tells of every client that goes away; that is the clients' business.
        SSH_LIBRARY.setLevel(Level.SEVERE);
    }

    /** Leaves out what is not a warning: for {@code try}, whose page is what a person reads. */
    public static void onlyWarnings() {
        Logger.getLogger("").setLevel(Level.WARNING);
    }

    /** One line, whatever the message holds: line breaks and control characters from outside are made visible. */
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
            append(line, formatMessage(record));
            line.append('\n');
            if (record.getThrown() != null) {
                StringWriter trace = new StringWriter();
                record.getThrown().printStackTrace(new PrintWriter(trace, true));
                trace.toString()
                        .lines()
                        .forEach(each -> line.append("    ").append(each).append('\n'));
            }
            return line.toString();
        }

        private static void append(StringBuilder line, String message) {
            for (int i = 0; i < message.length(); i++) {
                char c = message.charAt(i);
                if (c < 0x20 || c == 0x7f) {
                    line.append(String.format("\\x%02x", (int) c));
                } else {
                    line.append(c);
                }
            }
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
