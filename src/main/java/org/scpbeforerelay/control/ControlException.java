package org.scpbeforerelay.control;

/** A question that was not answered as asked; carries the exit status for the command. */
public final class ControlException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitStatus;

    public ControlException(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    public ControlException(int exitStatus, String message, Throwable cause) {
        super(message, cause);
        this.exitStatus = exitStatus;
    }

    /** One of sysexits.h, as the contract lists them. */
    public int exitStatus() {
        return exitStatus;
    }
}
