package org.scpbeforerelay.source.drop;

import org.scpbeforerelay.address.ClientAddress;

/**
 * Tells whether a system account was logged in to from an address: what {@link DropSettings.Proof#SSHD_LOGIN} asks.
 *
 * <p>Asked by the one thread that reads drop directories; must answer from memory, without waiting. A login may be known a
 * little later than it happened: it is asked for again for a while.
 */
public interface LoginEvidence {
    /** Knows of no login. */
    LoginEvidence NONE = (login, address, fromMs, toMs) -> false;

    /**
     * Whether sshd let this account in from exactly this address between two instants of the wall clock, both included.
     *
     * @param login the account's name as sshd logs it
     */
    boolean loggedIn(String login, ClientAddress address, long fromMs, long toMs);
}
