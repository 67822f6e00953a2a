package org.scpbeforerelay.agent;

import java.util.List;

/** What the agent has to say, one change each. {@code server} is as the user wrote it. */
public sealed interface AgentEvent {
    /** The server that it is about. */
    String server();

    /**
     * A lease was given or renewed.
     *
     * @param principal {@code gerard/gwaihir}
     * @param until RFC 3339, UTC, by the server's clock; empty for a held lease: as long as the connection lasts
     * @param former the address leased before; the same for a renewal, empty for the first
     */
    record Granted(String server, String principal, String address, String until, String former) implements AgentEvent {
        public boolean isRenewal() {
            return address.equals(former);
        }

        public boolean isHeld() {
            return until.isEmpty();
        }
    }

    /** The server's remarks on a grant, when they are not those of the grant before. */
    record Noted(String server, List<String> notes) implements AgentEvent {
        public Noted {
            notes = List.copyOf(notes);
        }
    }

    /**
     * The server said no.
     *
     * @param stops no further announcement is made there
     */
    record Refused(String server, String code, String reason, boolean stops) implements AgentEvent {}

    /** The host's key is not the known one. No further announcement is made there. */
    record HostKeyWrong(String server, boolean changed, String detail) implements AgentEvent {}

    /** ssh itself would not run as asked. No further announcement is made there. */
    record Misused(String server, String reason) implements AgentEvent {}

    /**
     * No answer; said once until there is one again.
     *
     * @param retryMs until the next attempt; negative when there is none
     */
    record Unreachable(String server, String reason, long retryMs) implements AgentEvent {}

    /** There is nothing to announce now. */
    record Idle(String server, String reason) implements AgentEvent {}

    /** The leases were ended on the way out. */
    record Revoked(String server, String address) implements AgentEvent {}

    /** The machine slept, or somebody asked: everything is announced again. {@code server} is empty. */
    record Woken(String server, long sleptMs) implements AgentEvent {}
}
