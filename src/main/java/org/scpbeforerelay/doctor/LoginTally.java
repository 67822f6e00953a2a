package org.scpbeforerelay.doctor;

import org.scpbeforerelay.source.login.format.LogLine;

/** What the last lines of a log that is followed come to. */
final class LoginTally {
    private static final int EXAMPLE_MAX = 120;

    private final LogExam exam;
    private int lines;
    private int logins;
    private int notUnderstood;
    private String example = "";

    LoginTally(LogExam exam) {
        this.exam = exam;
    }

    void count(String line, long nowMs) {
        count(exam.explain(line, nowMs), line);
    }

    void count(LogLine line) {
        count(exam.explain(line), line.message());
    }

    private void count(String said, String line) {
        lines++;
        if (said.startsWith("login:")) {
            logins++;
        } else if (said.startsWith("NOT UNDERSTOOD")) {
            notUnderstood++;
            example = "\"" + line.replaceAll("[^\\x20-\\x7e]", "?").substring(0, Math.min(line.length(), EXAMPLE_MAX))
                    + "\"";
        }
    }

    /**
     * What is to be said of them.
     *
     * @param where the log
     * @param services whose logins are looked for
     * @param look the command that shows more
     */
    Finding finding(String where, String services, String look) {
        if (notUnderstood > 0) {
            return Finding.problem(
                    notUnderstood + " of the last " + lines + " lines speak of a login and are not understood: "
                            + example,
                    where,
                    "the program that writes them has another version than the format knows; their users get no lease",
                    look + "; docs/login-logs.md says how to write a format");
        }
        if (logins == 0) {
            return Finding.advice(
                    "its last " + lines + " lines have no login of " + services,
                    where,
                    "nobody logged in, or the program logs elsewhere or not at all",
                    look);
        }
        return Finding.good(logins + " logins in its last " + lines + " lines", where);
    }
}
