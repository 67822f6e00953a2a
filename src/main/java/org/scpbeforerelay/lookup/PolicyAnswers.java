package org.scpbeforerelay.lookup;

import java.nio.charset.StandardCharsets;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayDesk;
import org.scpbeforerelay.relay.RelayQuestion;

/**
 * What Postfix is told at each stage of a message (access(5) has the words).
 *
 * <p>RCPT decides. DATA and END-OF-MESSAGE speak only of messages that RCPT permitted: their restriction lists are passed by all
 * mail, inbound too, and anything but DUNNO there would be about somebody else's message. Never an empty action: Postfix
 * takes it for OK.
 */
final class PolicyAnswers {
    private static final byte[] OK = action("OK");
    private static final byte[] DUNNO = action("DUNNO");

    // Postfix defers only what it would otherwise reject: relay waits, inbound mail flows (PITFALL 34).
    private static final byte[] NOT_READY = action("DEFER_IF_REJECT 4.3.0 relay leases are not loaded yet");
    private static final byte[] WRONG_SENDER =
            action("REJECT 5.7.1 this client may relay, but not with this sender address");

    private final RelayDesk desk;
    private final RoundClock clock;
    private final LookupStatistics statistics;
    private final InstanceMemory messages = new InstanceMemory();
    private volatile LookupSettings.PolicyChoices choices;

    PolicyAnswers(RelayDesk desk, RoundClock clock, LookupStatistics statistics, LookupSettings.PolicyChoices choices) {
        this.desk = desk;
        this.clock = clock;
        this.statistics = statistics;
        this.choices = choices;
    }

    /** Puts other choices into force, from any thread; the next request is answered by them. */
    void adopt(LookupSettings.PolicyChoices newChoices) {
        choices = newChoices;
    }

    /** The whole answer, ready to be sent; not to be written to. */
    byte[] answer(PolicyRequest request) {
        PolicyRequest.Stage stage = request.stage();
        if (stage == PolicyRequest.Stage.OTHER || !request.isAccessPolicy()) {
            return counted(LookupAnswer.OTHER_STAGE, DUNNO);
        }
        ClientAddress client = request.clientAddress();
        if (client == null) {
            return counted(LookupAnswer.NO_ADDRESS, DUNNO);
        }
        return stage == PolicyRequest.Stage.RCPT
                ? atRecipient(request, client)
                : afterRecipients(request, stage, client);
    }

    private byte[] atRecipient(PolicyRequest request, ClientAddress client) {
        if (!desk.isReady()) {
            return counted(LookupAnswer.NOT_READY, NOT_READY);
        }
        RelayDecision decision = desk.decide(new RelayQuestion(client, request.sender()));
        if (decision instanceof RelayDecision.Permitted(Lease lease)) {
            return permitted(request, client, lease);
        }
        if (decision == RelayDecision.NOT_PERMITTED) {
            return counted(LookupAnswer.NOT_AUTHORISED, DUNNO);
        }
        return counted(LookupAnswer.WRONG_SENDER, choices.rejectWrongSender() ? WRONG_SENDER : DUNNO);
    }

    private byte[] permitted(PolicyRequest request, ClientAddress client, Lease lease) {
        if (choices.auditHeader()) {
            messages.permitted(request.instance(), lease.principal(), client, clock.nowMs());
        }
        return counted(LookupAnswer.PERMIT, OK);
    }

    /** Where limits on messages and recipients can be kept: only here, of our own messages, is the true number known. */
    private byte[] afterRecipients(PolicyRequest request, PolicyRequest.Stage stage, ClientAddress client) {
        InstanceMemory.Permit permit = messages.of(request.instance(), client, clock.nowMs());
        if (permit != null && stage == PolicyRequest.Stage.DATA && choices.auditHeader()) {
            return counted(LookupAnswer.HEADER, action("PREPEND X-Relay-Lease: " + permit.principal()));
        }
        return counted(LookupAnswer.OTHER_STAGE, DUNNO);
    }

    private byte[] counted(LookupAnswer answer, byte[] words) {
        statistics.answered(LookupProtocol.POLICY, answer);
        return words;
    }

    private static byte[] action(String words) {
        return ("action=" + words + "\n\n").getBytes(StandardCharsets.US_ASCII);
    }
}
