package org.scpbeforerelay.lookup;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.quota.Charge;
import org.scpbeforerelay.quota.Exhausted;
import org.scpbeforerelay.quota.MessageSoFar;
import org.scpbeforerelay.relay.MailWatch;
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
    private final @Nullable MessageCounter counter;
    private final MailWatch watch;
    private final MailWatch.Door door;
    private volatile LookupSettings.PolicyChoices choices;

    /**
     * Makes the answers of one kind of door.
     *
     * @param counter null where messages are not counted, so that users with limits on them are absent
     * @param watch told of each message that is permitted or turned away
     * @param door which kind it is, for who is told
     */
    PolicyAnswers(
            RelayDesk desk,
            @Nullable MessageCounter counter,
            RoundClock clock,
            LookupStatistics statistics,
            LookupSettings.PolicyChoices choices,
            MailWatch watch,
            MailWatch.Door door) {
        this.desk = desk;
        this.counter = counter;
        this.clock = clock;
        this.statistics = statistics;
        this.choices = choices;
        this.watch = watch;
        this.door = door;
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
        MessageSoFar message = counter == null ? null : counter.about(request, client, clock.nowMs());
        return switch (desk.decide(new RelayQuestion(client, request.sender(), message))) {
            case RelayDecision.Permitted(Lease lease, Charge charge) -> {
                if (charge != null && counter != null) {
                    counter.count(charge);
                }
                yield permitted(request, client, lease, charge != null);
            }
            case RelayDecision.OverQuota(Lease lease, Exhausted limit) -> {
                remember(LookupAnswer.OVER_QUOTA, client, lease);
                yield overQuota(request, client, lease, limit);
            }
            case RelayDecision.NotPermitted(@Nullable Lease wrong) -> {
                remember(wrong == null ? LookupAnswer.NOT_AUTHORISED : LookupAnswer.WRONG_SENDER, client, wrong);
                yield wrong == null ? counted(LookupAnswer.NOT_AUTHORISED, DUNNO) : wrongSender(request, client, wrong);
            }
        };
    }

    /** What SMTP AUTH may open is not for us to close (PITFALL 35): the mail server's own rules go on. */
    private byte[] wrongSender(PolicyRequest request, ClientAddress client, Lease lease) {
        boolean reject = choices.rejectWrongSender() && request.saslUsername().isEmpty();
        turnedAway(request, client, lease, null, reject ? "REJECT" : "DUNNO");
        return counted(LookupAnswer.WRONG_SENDER, reject ? WRONG_SENDER : DUNNO);
    }

    private byte[] overQuota(PolicyRequest request, ClientAddress client, Lease lease, Exhausted limit) {
        String words = counter == null ? "4.7.1 a relay limit is reached" : counter.words(limit, client);
        String action = request.saslUsername().isEmpty() ? "450" : "DEFER_IF_REJECT";
        turnedAway(request, client, lease, limit, action);
        return counted(LookupAnswer.OVER_QUOTA, action(action + " " + words));
    }

    private void turnedAway(
            PolicyRequest request, ClientAddress client, Lease lease, @Nullable Exhausted limit, String told) {
        watch.turnedAway(
                new MailWatch.TurnedAwayMail(lease, client, request.instance(), sender(request), limit, told, door));
    }

    private byte[] permitted(PolicyRequest request, ClientAddress client, Lease lease, boolean isCounted) {
        watch.permitted(lease, messages.permitted(request.instance(), lease, client, isCounted, clock.nowMs()));
        remember(LookupAnswer.PERMIT, client, lease);
        return counted(LookupAnswer.PERMIT, OK);
    }

    private void remember(LookupAnswer answer, ClientAddress client, @Nullable Lease lease) {
        statistics
                .last()
                .add(new LastAnswers.Answered(
                        clock.wallMs(), LookupProtocol.POLICY, answer, client, lease == null ? null : lease.key()));
    }

    /** Only here, of our own messages, is the true number of recipients known. */
    private byte[] afterRecipients(PolicyRequest request, PolicyRequest.Stage stage, ClientAddress client) {
        if (counter != null) {
            counter.settle(request, client);
        }
        InstanceMemory.Permit permit = messages.of(request.instance(), client, clock.nowMs());
        if (permit != null && !permit.told()) {
            accepted(request, client, permit);
        }
        if (permit != null && stage == PolicyRequest.Stage.DATA && choices.auditHeader()) {
            return counted(
                    LookupAnswer.HEADER,
                    action("PREPEND X-Relay-Lease: " + permit.lease().principal()));
        }
        return counted(LookupAnswer.OTHER_STAGE, DUNNO);
    }

    /** At the first of both stages that is asked about. */
    private void accepted(PolicyRequest request, ClientAddress client, InstanceMemory.Permit permit) {
        messages.told(permit);
        int count = request.recipientCount();
        int accepted = count == 0 ? permit.recipients() : Math.min(permit.recipients(), count);
        Lease lease = permit.lease();
        watch.accepted(
                new MailWatch.AcceptedMail(
                        lease,
                        client,
                        request.queueId(),
                        sender(request),
                        accepted,
                        counter == null || !permit.counted() ? null : counter.usage(lease.user()),
                        door),
                permit.recipients() - accepted);
    }

    private static String sender(PolicyRequest request) {
        String sender = request.sender();
        return sender == null ? "" : sender;
    }

    private byte[] counted(LookupAnswer answer, byte[] words) {
        statistics.answered(LookupProtocol.POLICY, answer);
        return words;
    }

    private static byte[] action(String words) {
        return ("action=" + words + "\n\n").getBytes(StandardCharsets.US_ASCII);
    }
}
