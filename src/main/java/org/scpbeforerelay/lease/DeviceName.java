package org.scpbeforerelay.lease;

import java.util.Optional;

/**
 * The label of one machine of a user: the same syntax as {@link UserName}.
 *
 * @param text the label
 */
public record DeviceName(String text) implements Comparable<DeviceName> {
    /** The device of an announcement that names none. */
    public static final DeviceName DEFAULT = new DeviceName("default");

    /** The device of leases that come from a POP, IMAP or SSH login in a log. */
    public static final DeviceName LOGIN = new DeviceName("login");

    public DeviceName {
        Label.checked("device name", text);
    }

    /** Empty when the text is no device name. */
    public static Optional<DeviceName> tryParse(String text) {
        try {
            return Optional.of(new DeviceName(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(DeviceName other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
