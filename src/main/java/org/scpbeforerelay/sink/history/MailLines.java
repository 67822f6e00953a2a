package org.scpbeforerelay.sink.history;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.quota.Exhausted;
import org.scpbeforerelay.quota.Exhausted.Counted;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.Usage;
import org.scpbeforerelay.relay.MailWatch;
import org.scpbeforerelay.view.Json;
import org.scpbeforerelay.view.Visible;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The lines about mail: {@code mail} (permitted, and its content began), {@code deferred} (a limit), {@code wrong-sender}. Envelope
 * senders are in them; recipients and content never are. {@code door} says how far it is to be believed.
 */
final class MailLines {
    /** An address has at most 256 bytes on the wire, RFC 5321 section 4.5.3.1.3; what is longer is cut. */
    private static final int SENDER_MAX = 320;

    private static final int QUEUE_ID_MAX = 64;

    private MailLines() {}

    static ObjectNode accepted(MailWatch.AcceptedMail mail, Moment at) {
        ObjectNode line = Json.object().put("at", Json.time(at.wallMs())).put("event", "mail");
        if (!mail.queueId().isEmpty()) {
            line.put("queue_id", shown(mail.queueId(), QUEUE_ID_MAX));
        }
        lease(line, mail.lease());
        if (!mail.lease().isSingleAddress()) {
            line.put("client", mail.client().toString());
        }
        line.put("sender", shown(mail.sender(), SENDER_MAX))
                .put("recipients", mail.recipients())
                .put("door", mail.door().text());
        Usage usage = mail.usage();
        if (usage != null) {
            ArrayNode quotas = line.putArray("quotas");
            quota(quotas, usage.messages(), Counted.MESSAGES, at);
            quota(quotas, usage.recipients(), Counted.RECIPIENTS, at);
        }
        return line;
    }

    static ObjectNode turnedAway(MailWatch.TurnedAwayMail mail, long without, Moment at) {
        Exhausted limit = mail.limit();
        ObjectNode line = Json.object()
                .put("at", Json.time(at.wallMs()))
                .put("event", limit == null ? "wrong-sender" : "deferred");
        lease(line, mail.lease());
        line.put("client", mail.client().toString())
                .put("sender", shown(mail.sender(), SENDER_MAX))
                .put("told", mail.told())
                .put("door", mail.door().text());
        if (limit != null) {
            line.put("why", "the limit of " + limit.limitText() + " was reached")
                    .put("again_at", Json.second(at.wallMs() + limit.waitMs() + 999));
        }
        if (without > 0) {
            line.put("more_without_a_line", without);
        }
        return line;
    }

    private static void lease(ObjectNode line, Lease lease) {
        line.put("user", lease.user().text())
                .put("device", lease.device().text())
                .put("address", lease.addressText())
                .put("source", lease.source().text())
                .put("granted_at", Json.time(lease.grantedAtMs()));
        if (!lease.proof().isEmpty()) {
            line.put("key", lease.proof());
        }
    }

    private static void quota(ArrayNode quotas, @Nullable Meter meter, Counted what, Moment at) {
        if (meter != null) {
            Meter then = meter.at(meter.rate(), at.monotonicMs());
            quotas.addObject()
                    .put("what", what.text())
                    .put("limit", then.rate().toString())
                    .put("used", then.used());
        }
    }

    /** What a stranger has written, so that neither a terminal nor a file suffers from it. */
    private static String shown(String text, int most) {
        String visible = Visible.line(text);
        return visible.length() <= most ? visible : visible.substring(0, most) + "…";
    }
}
