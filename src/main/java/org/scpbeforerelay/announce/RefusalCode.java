package org.scpbeforerelay.announce;

/** Why an announcement was refused; the words are part of the contract with clients. */
public enum RefusalCode {
    DISABLED("disabled"),
    KEY_EXPIRED("key-expired"),
    FROM_NOT_ALLOWED("from-not-allowed"),
    ADDRESS_NOT_YOURS("address-not-yours"),
    ADDRESS_NOT_ALLOWED("address-not-allowed"),
    ADDRESS_MALFORMED("address-malformed"),
    TOO_LARGE("too-large"),
    TOO_MANY_LINES("too-many-lines"),
    TOO_MANY_DEVICES("too-many-devices"),
    TERM_TOO_LONG("term-too-long"),
    RATE_LIMITED("rate-limited"),
    STORE_UNAVAILABLE("store-unavailable");

    private final String text;

    RefusalCode(String text) {
        this.text = text;
    }

    /** The word a client sees: {@code address-not-yours}. */
    public String text() {
        return text;
    }
}
