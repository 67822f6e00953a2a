package org.scpbeforerelay.console.follow;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.registry.LeaseEvent;
import tools.jackson.databind.JsonNode;

/**
 * What a timeline needs to know of an event.
 *
 * @param address the lease's; for a refusal, where the announcer was; empty when that is not known
 * @param source of the announcement; empty for an operator's deed
 * @param why the reason in words; for a refusal it begins with its code; empty where there is none
 * @param beganAtMs when the lease that ended had been granted; 0 for what is no end
 */
public record PastEvent(
        long atMs, Kind kind, String user, String device, String address, String source, String why, long beganAtMs) {
    /** What happened. */
    public enum Kind {
        GRANTED,
        REVOKED,
        EXPIRED,
        REFUSED,
        OPERATOR,
        RENEWED,
        MAIL,
        DEFERRED,
        WRONG_SENDER,
        RELAYED,
        MISSING;

        /** As the record writes it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether it belongs to the life of leases, as timelines show it. */
        boolean isOfLeases() {
            return compareTo(OPERATOR) <= 0;
        }
    }

    /** An event as it happens; null for a renewal, of which the record has no line either. */
    static @Nullable PastEvent of(LeaseEvent event) {
        return switch (event) {
            case LeaseEvent.Granted one -> of(Kind.GRANTED, one.atMs(), one.lease(), "", 0);
            case LeaseEvent.Renewed one -> null;
            case LeaseEvent.Revoked one ->
                of(Kind.REVOKED, one.atMs(), one.lease(), one.why(), one.lease().grantedAtMs());
            case LeaseEvent.Expired one ->
                of(Kind.EXPIRED, one.atMs(), one.lease(), "", one.lease().grantedAtMs());
            case LeaseEvent.Refused one ->
                new PastEvent(
                        one.atMs(),
                        Kind.REFUSED,
                        one.announcement().principal().user().text(),
                        one.announcement().principal().device().text(),
                        one.announcement().provenAddress() == null
                                ? ""
                                : one.announcement().provenAddress().toString(),
                        one.announcement().source().text(),
                        one.verdict().code().text() + ": " + one.verdict().reason(),
                        0);
        };
    }

    private static PastEvent of(Kind kind, long atMs, Lease lease, String why, long beganAtMs) {
        return new PastEvent(
                atMs,
                kind,
                lease.user().text(),
                lease.device().text(),
                lease.addressText(),
                lease.source().text(),
                why,
                beganAtMs);
    }

    /** A line of the record; null for a kind that is not known here, or a time that is none. */
    public static @Nullable PastEvent of(JsonNode line) {
        try {
            Kind kind = Kind.valueOf(
                    line.path("event").asString("").toUpperCase(Locale.ROOT).replace('-', '_'));
            boolean refused = kind == Kind.REFUSED;
            boolean operator = kind == Kind.OPERATOR;
            return new PastEvent(
                    timeMs(line.path("at")),
                    kind,
                    (operator ? line.path("by") : line.path("user"))
                            .asString("")
                            .intern(),
                    line.path("device").asString("").intern(),
                    (refused ? line.path("from") : line.path("address")).asString(""),
                    line.path("source").asString("").intern(),
                    why(kind, line),
                    line.has("granted_at") ? timeMs(line.path("granted_at")) : 0);
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return null;
        }
    }

    private static String why(Kind kind, JsonNode line) {
        String why = line.path("why").asString("");
        return switch (kind) {
            case OPERATOR -> line.path("did").asString("");
            case REFUSED -> line.path("code").asString("") + ": " + why;
            case MAIL ->
                line.path("queue_id").asString("") + " from <"
                        + line.path("sender").asString("") + ">, recipients: "
                        + line.path("recipients").asLong() + door(line);
            case WRONG_SENDER ->
                "<" + line.path("sender").asString("") + ">: told "
                        + line.path("told").asString("") + door(line);
            case RELAYED ->
                "messages: " + line.path("messages").asLong() + ", recipients: "
                        + line.path("recipients").asLong();
            case MISSING -> line.path("lines").asLong() + " lines that could not be written";
            case DEFERRED -> why + door(line);
            case GRANTED, REVOKED, EXPIRED, RENEWED -> why;
        };
    }

    private static String door(JsonNode line) {
        return line.path("door").asString("").equals("tcp") ? ", told on a TCP port" : "";
    }

    private static long timeMs(JsonNode time) {
        return Instant.parse(time.asString("")).toEpochMilli();
    }

    /** Whether it ends a lease. */
    public boolean isEnd() {
        return kind == Kind.REVOKED || kind == Kind.EXPIRED;
    }
}
