package org.scpbeforerelay.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.view.Visible;

/**
 * Where a command writes: plain text, with colours only where a person reads them (a terminal, and no {@code NO_COLOR}, see
 * no-color.org). Whatever else would act on a terminal is made visible here, for all commands: much of what they print was
 * written by strangers, into a mail, a log or the record.
 */
public final class Terminal {
    private static final String ESCAPE = "\u001b[";

    private final PrintWriter helpOut;
    private final PrintWriter helpErr;
    private final PrintWriter out;
    private final PrintWriter err;

    /** Stands for {@link #ESCAPE} in what is painted, until it is written. Drawn anew, so that no text from outside has it. */
    private final String brush =
            Character.toString(0xf0000 + ThreadLocalRandom.current().nextInt(0xfffe));

    private final boolean colours;
    private final boolean interactive;
    private final String columns;
    private @Nullable Output output;

    public Terminal(PrintWriter out, PrintWriter err, boolean interactive, Map<String, String> environment) {
        this.helpOut = out;
        this.helpErr = err;
        this.out = new PrintWriter(new Shown(out), true);
        this.err = new PrintWriter(new Shown(err), true);
        this.interactive = interactive;
        this.columns = environment.getOrDefault("COLUMNS", "");
        String noColor = environment.getOrDefault("NO_COLOR", "");
        this.colours = interactive && noColor.isEmpty() && !"dumb".equals(environment.get("TERM"));
    }

    private Terminal(Output output, OutputStream err, boolean interactive, Map<String, String> environment) {
        this(writer(output), writer(err), interactive, environment);
        this.output = output;
    }

    /** The process's own terminal. */
    public static Terminal ofProcess() {
        return new Terminal(
                new Output(new FileOutputStream(FileDescriptor.out), isPipe()),
                new FileOutputStream(FileDescriptor.err),
                isTerminal(),
                System.getenv());
    }

    /** Of these streams; nobody looks at it. {@code readerMayLeave}: the output is a pipe. */
    static Terminal of(OutputStream out, OutputStream err, boolean readerMayLeave) {
        return new Terminal(new Output(out, readerMayLeave), err, false, Map.of());
    }

    /** UTF-8, whatever the locale says: names are ASCII, and ticks should not become '?'. */
    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static boolean isPipe() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().matches("(pipe|socket):.*");
        } catch (IOException e) {
            return false;
        }
    }

    /** Standard output, which remembers why something could not be written: the {@link PrintWriter} around it does not. */
    private static final class Output extends FilterOutputStream {
        private final boolean readerMayLeave;
        private @Nullable IOException failure;

        Output(OutputStream stream, boolean readerMayLeave) {
            super(stream);
            this.readerMayLeave = readerMayLeave;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }
    }

    /** Whether anything that was printed got lost. */
    boolean isCutOff() {
        return helpOut.checkError();
    }

    /**
     * Why what was printed is not whole; null when it is. A reader that has enough, as {@code head} has after ten lines, is no
     * reason.
     */
    @Nullable
    String lost() {
        if (!isCutOff() || output == null || output.readerMayLeave) {
            return null;
        }
        return output.failure == null ? "" : String.valueOf(output.failure.getMessage());
    }

    @SuppressWarnings("SystemConsoleNull") // the checker of null knows System.console() by its older contract
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    public PrintWriter out() {
        return out;
    }

    /** For the help, which picocli paints, and in which nothing is from outside. */
    PrintWriter helpOut() {
        return helpOut;
    }

    /** The same for help that nobody asked for. */
    PrintWriter helpErr() {
        return helpErr;
    }

    /** Empties the screen, and what was scrolled away. */
    void clear() {
        out.print(brush + "H" + brush + "2J" + brush + "3J");
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
        return colours ? brush + code + "m" + text + brush + "0m" : text;
    }

    /** Lets through what is painted, and nothing else that a terminal would obey. */
    private final class Shown extends FilterWriter {
        Shown(Writer out) {
            super(out);
        }

        @Override
        public void write(String text, int from, int length) throws IOException {
            out.write(Visible.lines(text.substring(from, from + length)).replace(brush, ESCAPE));
        }

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            write(new String(text, from, length), 0, length);
        }

        @Override
        public void write(int c) throws IOException {
            write(String.valueOf((char) c), 0, 1);
        }
    }
}
