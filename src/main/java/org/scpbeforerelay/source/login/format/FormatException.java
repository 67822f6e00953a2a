package org.scpbeforerelay.source.login.format;

import java.util.List;

/** Formats that cannot be used; every line is a problem with its place: {@code file:line: what is wrong}. */
public final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // List.copyOf is serializable
    private final List<String> problems;

    public FormatException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line each. */
    public List<String> problems() {
        return problems;
    }
}
