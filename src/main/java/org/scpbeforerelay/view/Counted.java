package org.scpbeforerelay.view;

/** Numbers as people say them. */
public final class Counted {
    private Counted() {}

    /** {@code 1 lease}, {@code 2 leases}. */
    public static String of(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
