package org.scpbeforerelay.relay;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.quota.MessageSoFar;

/**
 * What a mail server wants to know.
 *
 * @param client the client's address
 * @param sender the envelope sender, empty for the null sender; null where the protocol does not tell it, so that no limit on
 *     senders can be kept
 * @param message what of the message is counted already; null where messages are not counted, so that no limit on messages or
 *     recipients can be kept
 */
public record RelayQuestion(
        ClientAddress client,
        @Nullable String sender,
        @Nullable MessageSoFar message) {
    /** A question about the first recipient of a message, asked where messages are counted. */
    public RelayQuestion(ClientAddress client, String sender) {
        this(client, sender, MessageSoFar.NEW);
    }

    /** A question by socketmap, tcp_table or for a table: the address is all there is. */
    public static RelayQuestion byAddressAlone(ClientAddress client) {
        return new RelayQuestion(client, null, null);
    }
}
