package org.scpbeforerelay.daemon;

/** Numbers as people say them. */
final class Counted {
    private Counted() {}

    /** {@code 1 lease}, {@code 2 leases}. */
    static String of(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
