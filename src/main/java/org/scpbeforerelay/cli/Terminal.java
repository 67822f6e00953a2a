package org.scpbeforerelay.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command writes: plain text, with colours only where a person reads them (a terminal, and no {@code NO_COLOR}, see
 * no-color.org).
 */
public final class Terminal {
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean colours;
    private final boolean interactive;
    private final String columns;

    public Terminal(PrintWriter out, PrintWriter err, boolean interactive, Map<String, String> environment) {
        this.out = out;
        this.err = err;
        this.interactive = interactive;
        this.columns = environment.getOrDefault("COLUMNS", "");
        String noColor = environment.getOrDefault("NO_COLOR", "");
        this.colours = interactive && noColor.isEmpty() && !"dumb".equals(environment.get("TERM"));
    }

    /** The process's own terminal. UTF-8, whatever the locale says: names are ASCII, and ticks should not become '?'. */
    public static Terminal ofProcess() {
        return new Terminal(
                new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                isTerminal(),
                System.getenv());
    }

    @SuppressWarnings("SystemConsoleNull") // the checker of null knows System.console() by its older contract
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    public PrintWriter out() {
        return out;
    }

    public PrintWriter err() {
        return err;
    }

    /** Whether a person looks at it. */
    public boolean isInteractive() {
        return interactive;
    }

    /** How many columns there are; 0 where nobody looks or nobody knows. {@code COLUMNS} counts before what the terminal says. */
    int columns() {
        if (!interactive) {
            return 0;
        }
        return columns.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(columns) : WindowSize.columns();
    }

    public String bold(String text) {
        return paint("1", text);
    }

    public String dim(String text) {
        return paint("2", text);
    }

    public String green(String text) {
        return paint("32", text);
    }

    public String red(String text) {
        return paint("31", text);
    }

    public String yellow(String text) {
        return paint("33", text);
    }

    public String cyan(String text) {
        return paint("36", text);
    }

    private String paint(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
