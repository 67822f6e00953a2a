package org.scpbeforerelay.lookup;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayDesk;
import org.scpbeforerelay.relay.RelayQuestion;

/** What is answered where the address is all that the question has: by socketmap and tcp_table. Counts each answer. */
final class AddressAnswers {
    private final RelayDesk desk;
    private final RoundClock clock;
    private final LookupStatistics statistics;

    AddressAnswers(RelayDesk desk, RoundClock clock, LookupStatistics statistics) {
        this.desk = desk;
        this.clock = clock;
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
            RelayDecision decision = desk.decide(RelayQuestion.byAddressAlone(client));
            Lease lease = decision instanceof RelayDecision.Permitted permitted ? permitted.lease() : null;
            answer = lease == null ? LookupAnswer.NOT_AUTHORISED : LookupAnswer.PERMIT;
            statistics
                    .last()
                    .add(new LastAnswers.Answered(
                            clock.wallMs(), protocol, answer, client, lease == null ? null : lease.key()));
        }
        count(protocol, answer);
        return answer;
    }

    void count(LookupProtocol protocol, LookupAnswer answer) {
        statistics.answered(protocol, answer);
    }
}
