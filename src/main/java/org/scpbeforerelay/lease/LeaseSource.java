package org.scpbeforerelay.lease;

/** Where the announcement of a lease came from. */
public enum LeaseSource {
    /** The built-in SSH endpoint. */
    SSH("ssh"),
    /** A file that the system's sshd put into a drop directory. */
    DROP("drop"),
    /** A POP, IMAP or SSH login found in a log. */
    LOGIN_LOG("login-log"),
    /** The operator's hand. */
    OPERATOR("operator");

    private final String text;

    LeaseSource(String text) {
        this.text = text;
    }

    /** The word used in JSON, in the store and in metrics. */
    public String text() {
        return text;
    }

    /** Reads {@link #text}; anything else is an {@link IllegalArgumentException}. */
    public static LeaseSource of(String text) {
        for (LeaseSource source : values()) {
            if (source.text.equals(text)) {
                return source;
            }
        }
        throw new IllegalArgumentException("no lease source '" + text + "'");
    }
}
