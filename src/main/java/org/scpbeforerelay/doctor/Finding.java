package org.scpbeforerelay.doctor;

/**
 * One thing that was looked at.
 *
 * @param grade how bad it is
 * @param what in a sentence
 * @param where the file, table or address it is about
 * @param why it matters; empty when all is well
 * @param remedy the command or line that mends it; empty when all is well
 */
public record Finding(Grade grade, String what, String where, String why, String remedy) {
    /** How bad it is. */
    public enum Grade {
        GOOD,
        ADVICE,
        PROBLEM
    }

    public static Finding good(String what, String where) {
        return new Finding(Grade.GOOD, what, where, "", "");
    }

    public static Finding advice(String what, String where, String why, String remedy) {
        return new Finding(Grade.ADVICE, what, where, why, remedy);
    }

    public static Finding problem(String what, String where, String why, String remedy) {
        return new Finding(Grade.PROBLEM, what, where, why, remedy);
    }
}
