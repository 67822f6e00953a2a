package org.scpbeforerelay.postfix;

import java.util.regex.Matcher;

/**
 * Something to be said of a Postfix.
 *
 * @param what in a sentence
 * @param where the parameter, or the service and its parameter
 * @param why it matters; empty when all is well
 * @param remedy the command or line that mends it; empty when all is well
 */
public record Remark(Weight weight, String what, String where, String why, String remedy) {
    /** How much it matters. */
    public enum Weight {
        GOOD,
        ADVICE,
        PROBLEM
    }

    static Remark good(String what, String where) {
        return new Remark(Weight.GOOD, what, where, "", "");
    }

    static Remark advice(String what, String where, String why, String remedy) {
        return new Remark(Weight.ADVICE, what, where, why, remedy);
    }

    static Remark problem(String what, String where, String why, String remedy) {
        return new Remark(Weight.PROBLEM, what, where, why, remedy);
    }

    /** With commands that are meant for another Postfix than the host's first: {@code -c DIR}, as its own programs take it. */
    public Remark forConfigDirectory(String directory) {
        String more = " -c " + directory;
        return new Remark(
                weight,
                what,
                where,
                why,
                remedy.replaceAll("(?<![\\w/-])(postconf|postfix)(?= -[ePn])", "$1" + Matcher.quoteReplacement(more))
                        .replace("postfix --apply", "postfix --apply" + more));
    }
}
