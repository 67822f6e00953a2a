package org.scpbeforerelay.cli;

/** Exit statuses of all commands; the numbers from 64 on are those of sysexits.h. */
final class ExitStatus {
    static final int DONE = 0;
    static final int NO = 1;
    static final int USAGE = 64;
    static final int NOT_REACHABLE = 69;
    static final int INTERNAL = 70;
    static final int CANNOT_WRITE = 73;
    static final int NOT_PERMITTED = 77;
    static final int CONFIGURATION = 78;

    private ExitStatus() {}
}
