package org.scpbeforerelay.agent;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/**
 * What the agent was asked to do.
 *
 * @param destinations where to announce; at least one
 * @param networkInterface whose addresses to announce, each bound to and so proved; null for none
 * @param addresses fixed addresses to announce, at most one of a family; empty for whatever the server sees
 * @param bothFamilies each family must be announced, over a connection of its own
 * @param way once, at an interval, or by a held connection
 * @param everyMs the interval between announcements
 * @param revokeOnExit end the leases when the agent is told to end
 * @param identity ssh's {@code -i}; null for ssh's own choice
 * @param sshOptions further {@code -o} of ssh; they come before our own, so they win
 * @param polled do not use the kernel's notices; ask every two seconds
 */
public record AgentSettings(
        List<Destination> destinations,
        @Nullable String networkInterface,
        List<ClientAddress> addresses,
        boolean bothFamilies,
        Mode way,
        long everyMs,
        boolean revokeOnExit,
        @Nullable String identity,
        List<String> sshOptions,
        boolean polled) {
    /** How often. */
    public enum Mode {
        ONCE,
        EVERY,
        HOLD
    }

    public AgentSettings {
        destinations = List.copyOf(destinations);
        addresses = List.copyOf(addresses);
        sshOptions = List.copyOf(sshOptions);
    }
}
