package org.scpbeforerelay.source.login.format;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/** What one line of a log says of a login. */
public sealed interface LoginSighting {
    /** Somebody was let in.
     *
     * @param service the format's name: {@code dovecot}
     * @param user the login name as the server wrote it
     * @param address the remote address
     * @param atMs when, by the wall clock
     * @param connection what the line of its end will name too; null where ends cannot be told apart
     */
    record Login(
            String service,
            String user,
            ClientAddress address,
            long atMs,
            @Nullable String connection) implements LoginSighting {}

    /** A connection in which somebody was logged in has ended. */
    record Logout(String service, String connection, long atMs) implements LoginSighting {}

    /** A line of this service that is known and says of no login: a failure, the first of two lines.
     *
     * @param why for people
     */
    record NoLogin(String service, String why) implements LoginSighting {}

    /** A line that speaks of a login and could not be understood: the service may have changed its words. */
    record NotUnderstood(String service, String why) implements LoginSighting {}

    /** Not a line of any service that is followed, or none that speaks of logins. */
    record NotOurs(String why) implements LoginSighting {}
}
