package org.scpbeforerelay.store.embedded;

/** The file is there and is not a lease store that can be believed. The message says what is wrong with it. */
final class DamagedStoreException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedStoreException(String message) {
        super(message);
    }

    DamagedStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
