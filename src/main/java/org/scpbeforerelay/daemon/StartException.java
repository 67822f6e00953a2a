package org.scpbeforerelay.daemon;

/** The daemon cannot start: the message names what is in the way and the remedy. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
