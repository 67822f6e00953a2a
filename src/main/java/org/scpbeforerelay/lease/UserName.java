package org.scpbeforerelay.lease;

import java.util.Optional;

/**
 * The name of a user: {@code [a-z0-9][a-z0-9._-]{0,63}}, never an IP literal.
 *
 * @param text the name
 */
public record UserName(String text) implements Comparable<UserName> {
    public UserName {
        Label.checked("user name", text);
    }

    /** Empty when the text is no user name. */
    public static Optional<UserName> tryParse(String text) {
        try {
            return Optional.of(new UserName(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(UserName other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
