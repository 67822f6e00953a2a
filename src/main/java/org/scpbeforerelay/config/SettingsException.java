package org.scpbeforerelay.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What the operator wrote cannot be used. Holds all problems that were found, in the order of the files; the message has one
 * line for each.
 */
public final class SettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** At least one problem. */
    public SettingsException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All of them, at least one. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong.
     *
     * @param place the file or directory
     * @param line from 1; 0 when the problem is the file itself
     * @param column from 1; 0 when the problem is the file itself
     * @param what what is wrong and the nearest right one, printable, in one line
     */
    public record Problem(String place, int line, int column, String what) {
        public Problem {
            place = printable(place);
            what = printable(what);
        }

        /** {@code file:line:column}, the form that editors jump to; the file alone where the problem is the file itself. */
        public String where() {
            return line == 0 ? place : place + ":" + line + ":" + column;
        }

        /** {@code file:line:column: what}. */
        @Override
        public String toString() {
            return where() + ": " + what;
        }

        /** What stands in a file may hold anything; what is shown on a terminal or written to a log may not. */
        private static String printable(String text) {
            StringBuilder out = new StringBuilder(text.length());
            text.codePoints().forEach(c -> out.appendCodePoint(isPrintable(c) ? c : '?'));
            return out.toString();
        }

        private static boolean isPrintable(int codePoint) {
            return switch (Character.getType(codePoint)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.UNASSIGNED,
                        Character.PRIVATE_USE -> false;
                default -> true;
            };
        }
    }
}
