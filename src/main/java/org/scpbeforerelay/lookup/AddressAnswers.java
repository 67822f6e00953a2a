package org.scpbeforerelay.lookup;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayDesk;
import org.scpbeforerelay.relay.RelayQuestion;

/** What is answered where the address is all that the question has: by socketmap and tcp_table. Counts each answer. */
final class AddressAnswers {
    private final RelayDesk desk;
    private final LookupStatistics statistics;

    AddressAnswers(RelayDesk desk, LookupStatistics statistics) {
        this.desk = desk;
        this.statistics = statistics;
    }

    /** Whether this client may relay; null stands for a key that is no address, which is never an error. */
    LookupAnswer about(@Nullable ClientAddress client, LookupProtocol protocol) {
        LookupAnswer answer;
        if (client == null) {
            answer = LookupAnswer.NO_ADDRESS;
        } else if (!desk.isReady()) {
            answer = LookupAnswer.NOT_READY;
        } else {
            answer = desk.decide(RelayQuestion.byAddressAlone(client)) instanceof RelayDecision.Permitted
                    ? LookupAnswer.PERMIT
                    : LookupAnswer.NOT_AUTHORISED;
        }
        count(protocol, answer);
        return answer;
    }

    void count(LookupProtocol protocol, LookupAnswer answer) {
        statistics.answered(protocol, answer);
    }
}
