package org.scpbeforerelay.relay;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.quota.Exhausted;
import org.scpbeforerelay.quota.Usage;

/**
 * Told what became of mail, by the one thread that answers mail servers, just before it answers: must not block, and costs every answer
 * what it takes. What it makes of it changes no answer.
 */
public interface MailWatch {
    /** Looks away. */
    MailWatch NOBODY = new MailWatch() {
        @Override
        public void permitted(Lease lease, boolean newMessage) {}

        @Override
        public void accepted(AcceptedMail mail, int notAccepted) {}

        @Override
        public void turnedAway(TurnedAwayMail mail) {}
    };

    /**
     * A recipient was permitted.
     *
     * @param newMessage whether it is the first of its message by this lease
     */
    void permitted(Lease lease, boolean newMessage);

    /**
     * The mail server goes on to a message's content.
     *
     * @param notAccepted how many of the recipients that were permitted it has not accepted in the end
     */
    void accepted(AcceptedMail mail, int notAccepted);

    /** A recipient was turned away because of a user's limits or senders. */
    void turnedAway(TurnedAwayMail mail);

    /** By what kind of door it was told, which is how far it is to be believed. */
    enum Door {
        /** A unix socket: its mode and group say who can have told it. */
        UNIX("unix"),
        /** A TCP port: whoever can connect to it can have told it; on a loopback address, every user of the host. */
        TCP("tcp");

        private final String text;

        Door(String text) {
            this.text = text;
        }

        /** The word of the record. */
        public String text() {
            return text;
        }
    }

    /**
     * A message that was permitted.
     *
     * @param lease by which
     * @param client from where
     * @param queueId the mail server's name of it; empty when it told none
     * @param sender the envelope sender, empty for the null sender
     * @param recipients how many of its recipients were permitted and accepted
     * @param usage what its user has used of the limits; null when it has none
     * @param door by which it was told
     */
    record AcceptedMail(
            Lease lease,
            ClientAddress client,
            String queueId,
            String sender,
            int recipients,
            @Nullable Usage usage,
            Door door) {}

    /**
     * A message that was not.
     *
     * @param lease that would permit it otherwise
     * @param client from where
     * @param instance the mail server's name of the message while it is received; empty when it told none
     * @param sender the envelope sender
     * @param limit the limit that is reached; null when the sender is outside the allowance
     * @param told what the mail server was told: {@code 450}, {@code DEFER_IF_REJECT}, {@code REJECT}, {@code DUNNO}
     * @param door by which it was told
     */
    record TurnedAwayMail(
            Lease lease,
            ClientAddress client,
            String instance,
            String sender,
            @Nullable Exhausted limit,
            String told,
            Door door) {}
}
