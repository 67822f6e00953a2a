package org.scpbeforerelay.sink.table;

/** A table could not be written. The message says which, why, and the remedy. */
public final class TableException extends Exception {
    public TableException(String message) {
        super(message);
    }

    public TableException(String message, Throwable cause) {
        super(message, cause);
    }
}
