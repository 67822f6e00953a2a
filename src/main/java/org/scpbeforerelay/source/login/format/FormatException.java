package org.scpbeforerelay.source.login.format;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/** Formats that cannot be used; the message has a line for each problem. */
public final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // List.copyOf is serializable
    private final List<Problem> problems;

    public FormatException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** At least one. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong.
     *
     * @param file the format's; empty when it is a setting that is wrong, which {@code what} then begins with: {@code services: …}
     * @param line from 1; 0 when it is the file itself
     * @param column from 1; 0 when it is the file itself
     */
    public record Problem(String file, int line, int column, String what) implements Serializable {
        static Problem ofSetting(String key, String what) {
            return new Problem("", 0, 0, key + ": " + what);
        }

        static Problem ofFile(String file, String what) {
            return new Problem(file, 0, 0, what);
        }

        /** The key of {@code [login_log]} that is wrong; empty when a file is. */
        public String key() {
            return file.isEmpty() ? what.substring(0, what.indexOf(':')) : "";
        }

        @Override
        public String toString() {
            return file.isEmpty()
                    ? what
                    : line == 0 ? file + ": " + what : file + ":" + line + ":" + column + ": " + what;
        }
    }
}
