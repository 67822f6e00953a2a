package org.scpbeforerelay.sink.history;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.sign.Sign;
import org.scpbeforerelay.view.Json;
import org.scpbeforerelay.view.LeaseView;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a line of the record looks like: {@code at}, {@code event}, then what belongs to it. Events: {@code granted},
 * {@code renewed} (with a new sign only), {@code revoked}, {@code expired}, {@code refused}, {@code operator}, {@code missing}.
 */
final class RecordLines {
    private RecordLines() {}

    /** One event; null for a renewal that tells of nothing new, which the line of the lease's end tells of. */
    static @Nullable ObjectNode of(LeaseEvent event, RelayCounts counts) {
        return switch (event) {
            case LeaseEvent.Granted one -> signed(lease(line("granted", one.atMs()), one.lease()), one.signs());
            case LeaseEvent.Renewed one ->
                one.signs().isEmpty() ? null : signed(lease(line("renewed", one.atMs()), one.lease()), one.signs());
            case LeaseEvent.Revoked one ->
                ended(line("revoked", one.atMs()), one.lease(), counts).put("why", one.why());
            case LeaseEvent.Expired one -> ended(line("expired", one.atMs()), one.lease(), counts);
            case LeaseEvent.Refused one -> refused(one);
        };
    }

    /** What an operator did. */
    static ObjectNode operator(String who, String did, long atMs) {
        return line("operator", atMs).put("by", who).put("did", did);
    }

    /** So many lines that could not be written. */
    static ObjectNode missing(long count, long atMs) {
        return line("missing", atMs).put("lines", count);
    }

    private static ObjectNode refused(LeaseEvent.Refused one) {
        Principal principal = one.announcement().principal();
        ObjectNode line = line("refused", one.atMs())
                .put("user", principal.user().text())
                .put("device", principal.device().text())
                .put("source", one.announcement().source().text())
                .put("code", one.verdict().code().text())
                .put("why", one.verdict().reason());
        if (one.announcement().provenAddress() != null) {
            line.put("from", one.announcement().provenAddress().toString());
        }
        for (Claim claim : one.announcement().claims()) {
            if (claim instanceof Claim.Address literal) {
                line.withArray("claimed").add(literal.address().toString());
            }
        }
        return line;
    }

    /** What was relayed by a lease whose end has no such line: it was over before the daemon was there again. */
    static ObjectNode relayed(RelayCounts.Standing count, long atMs) {
        Principal principal = count.place().key().principal();
        return relayed(
                line("relayed", atMs)
                        .put("user", principal.user().text())
                        .put("device", principal.device().text())
                        .put("address", count.place().address().toString())
                        .put("granted_at", Json.time(count.grantedAtMs())),
                count.relayed());
    }

    private static ObjectNode relayed(ObjectNode line, RelayCounts.Relayed relayed) {
        return line.put("messages", relayed.messages()).put("recipients", relayed.recipients());
    }

    private static ObjectNode ended(ObjectNode line, Lease lease, RelayCounts counts) {
        return relayed(
                lease(line, lease)
                        .put("granted_at", Json.time(lease.grantedAtMs()))
                        .put("renewed_at", Json.time(lease.renewedAtMs())),
                counts.take(lease));
    }

    private static ObjectNode signed(ObjectNode line, List<Sign> signs) {
        if (!signs.isEmpty()) {
            line.set("signs", LeaseView.signs(signs));
        }
        return line;
    }

    private static ObjectNode lease(ObjectNode line, Lease lease) {
        line.put("user", lease.user().text())
                .put("device", lease.device().text())
                .put("address", lease.addressText())
                .put("source", lease.source().text())
                .put("until", Json.time(lease.expiresAtMs()));
        if (!lease.proof().isEmpty()) {
            line.put("key", lease.proof());
        }
        return line;
    }

    private static ObjectNode line(String event, long atMs) {
        return Json.object().put("at", Json.time(atMs)).put("event", event);
    }
}
