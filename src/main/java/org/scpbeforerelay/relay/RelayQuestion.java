package org.scpbeforerelay.relay;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/**
 * What a mail server wants to know.
 *
 * @param client the client's address
 * @param sender the envelope sender, empty for the null sender; null where the protocol does not tell it, so that no limit on
 *     senders, messages or recipients can be kept
 */
public record RelayQuestion(ClientAddress client, @Nullable String sender) {
    /** A question by socketmap, tcp_table or for a table: the address is all there is. */
    public static RelayQuestion byAddressAlone(ClientAddress client) {
        return new RelayQuestion(client, null);
    }
}
