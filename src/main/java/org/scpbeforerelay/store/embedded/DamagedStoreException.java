package org.scpbeforerelay.store.embedded;

/** The file is there and is not a lease store that can be believed. The message says what is wrong with it. */
final class DamagedStoreException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedStoreException(String message) {
        super(inOneLine(message));
    }

    DamagedStoreException(String message, Throwable cause) {
        super(inOneLine(message), cause);
    }

    // SQLite quotes whole statements, and what the damaged file says in them.
    private static String inOneLine(String message) {
        String line = message.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
        return line.length() > 300 ? line.substring(0, 300) + "…" : line;
    }
}
