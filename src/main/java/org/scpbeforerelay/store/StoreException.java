package org.scpbeforerelay.store;

/** The store cannot do what was asked. The message names the place and the remedy. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    public StoreException(String message) {
        super(message);
    }
}
