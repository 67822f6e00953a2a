package org.scpbeforerelay.quota;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/**
 * Which message it is, while it is received.
 *
 * @param instance Postfix's name of it: {@code 4f2.6740a1b2.c3d4e.0} (SMTPD_POLICY_README: the same at all stages of one message)
 * @param client where it comes from
 */
public record MessageName(String instance, ClientAddress client) {
    /** What Postfix sends and more; anything else could not be told apart in a line of text. */
    private static final Pattern INSTANCE = Pattern.compile("[0-9A-Za-z._:-]{1,128}");

    public MessageName {
        if (!INSTANCE.matcher(instance).matches()) {
            throw new IllegalArgumentException("'" + instance + "' names no message");
        }
    }

    /** Null when the instance names no message, so that two requests about it cannot be told to be about one. */
    public static @Nullable MessageName of(String instance, ClientAddress client) {
        return INSTANCE.matcher(instance).matches() ? new MessageName(instance, client) : null;
    }
}
