package org.scpbeforerelay.postfix.host;

/** Postfix's configuration cannot be read or written; the message says which file or command, why, and what to do. */
public final class PostfixException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean writing;

    PostfixException(boolean writing, String message) {
        super(message);
        this.writing = writing;
    }

    /** Whether it was to be written. */
    public boolean isWriting() {
        return writing;
    }
}
