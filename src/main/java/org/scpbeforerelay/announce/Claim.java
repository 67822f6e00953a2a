package org.scpbeforerelay.announce;

import org.scpbeforerelay.address.ClientAddress;

/** What one line of an announcement says about where its client is. */
public sealed interface Claim {
    /** {@code auto}: wherever this connection comes from. */
    record Own() implements Claim {}

    /** A literal address. */
    record Address(ClientAddress address) implements Claim {}

    /** The only {@link Own} there is need for. */
    Claim OWN = new Own();
}
