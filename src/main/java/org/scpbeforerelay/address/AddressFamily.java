package org.scpbeforerelay.address;

/** The two families of client addresses. A principal holds at most one lease per family. */
public enum AddressFamily {
    IPV4("ipv4", 32),
    IPV6("ipv6", 128);

    private final String text;
    private final int bits;

    AddressFamily(String text, int bits) {
        this.text = text;
        this.bits = bits;
    }

    /** {@code ipv4} or {@code ipv6}: the word used in the API, in the store and in metrics. */
    public String text() {
        return text;
    }

    /** The length of an address of this family, in bits. */
    public int bits() {
        return bits;
    }

    /** Reads {@link #text}; anything else is an {@link IllegalArgumentException}. */
    public static AddressFamily of(String text) {
        for (AddressFamily family : values()) {
            if (family.text.equals(text)) {
                return family;
            }
        }
        throw new IllegalArgumentException("no address family '" + text + "': ipv4 or ipv6");
    }
}
