package org.scpbeforerelay.lookup;

/** What an answer says, whatever the protocol's words for it. */
public enum LookupAnswer {
    /** May relay. */
    PERMIT("permit"),
    /** Nobody there who may relay. */
    NOT_AUTHORISED("not-authorised"),
    /** A lease, but not for this sender. */
    WRONG_SENDER("wrong-sender"),
    /** A lease, but its user's limit is reached. */
    OVER_QUOTA("over-quota"),
    /** The book is not loaded yet. */
    NOT_READY("not-ready"),
    /** The key or attribute is no client address: a name, {@code unknown}, part of an address, or missing. */
    NO_ADDRESS("no-address"),
    /** A stage of the SMTP dialogue at which there is nothing to decide. */
    OTHER_STAGE("other-stage"),
    /** A header was added to a message that a lease permitted. */
    HEADER("header"),
    /** Something that is not served: another map, a change of the table. */
    UNSUPPORTED("unsupported");

    private final String text;

    LookupAnswer(String text) {
        this.text = text;
    }

    /** The word used in status and metrics. */
    public String text() {
        return text;
    }
}
