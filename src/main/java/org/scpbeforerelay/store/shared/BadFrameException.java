package org.scpbeforerelay.store.shared;

/** Bytes from the log that are no records. The message says what is wrong with them. */
final class BadFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    BadFrameException(String message) {
        super(message);
    }
}
