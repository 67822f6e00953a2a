package org.scpbeforerelay.cli;

import java.util.stream.Collectors;
import org.scpbeforerelay.view.Counted;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** The lines of the record in words. */
final class RecordWords {
    private RecordWords() {}

    /** When, to the second. */
    static String at(JsonNode line) {
        return second(line.path("at").asString(""));
    }

    /** A time of the record, to the second. */
    static String second(String time) {
        return time.replaceFirst("\\.\\d+Z$", "Z");
    }

    /** What happened, without the time and the event's name. */
    static String of(JsonNode line) {
        String who = line.path("user").asString("") + "/" + line.path("device").asString("");
        String where = who + " " + line.path("address").asString("");
        String by = " by " + line.path("source").asString("");
        return switch (line.path("event").asString("")) {
            case "granted", "renewed" -> where + by + signs(line);
            case "revoked" -> where + ": " + line.path("why").asString("") + relayed(line);
            case "expired" ->
                where + ", last renewed " + second(line.path("renewed_at").asString("")) + relayed(line);
            case "relayed" -> where + relayed(line);
            case "refused" ->
                who + (line.has("from") ? " from " + line.path("from").asString() : "") + by + ": "
                        + line.path("code").asString("") + ", "
                        + line.path("why").asString("");
            case "mail" ->
                line.path("queue_id").asString("(no queue id)") + " by the lease of " + where + ": " + envelope(line)
                        + door(line);
            case "deferred" ->
                where + ": <" + line.path("sender").asString("") + ">, "
                        + line.path("why").asString("") + door(line) + more(line);
            case "wrong-sender" ->
                where + ": <" + line.path("sender").asString("") + "> is none of the user's senders, told "
                        + line.path("told").asString("") + door(line) + more(line);
            case "operator" ->
                line.path("by").asString("") + " " + line.path("did").asString("");
            case "missing" -> line.path("lines").asLong() + " lines that could not be written";
            default -> Json.line(line);
        };
    }

    /** {@code <gerard@example.org> to 3 recipients}. */
    static String envelope(JsonNode line) {
        return "<" + line.path("sender").asString("") + "> to "
                + Counted.of(line.path("recipients").asLong(), "recipient", "recipients");
    }

    private static String relayed(JsonNode line) {
        long messages = line.path("messages").asLong();
        return messages == 0
                ? ""
                : ", relayed " + Counted.of(messages, "message", "messages") + " to "
                        + Counted.of(line.path("recipients").asLong(), "recipient", "recipients");
    }

    /** Where mail was told on a TCP port, whoever can connect to it can have told it. */
    static String door(JsonNode line) {
        return line.path("door").asString("").equals("tcp") ? ", told on a TCP port" : "";
    }

    private static String more(JsonNode line) {
        return line.has("more_without_a_line")
                ? " (and " + line.path("more_without_a_line").asLong() + " more before)"
                : "";
    }

    private static String signs(JsonNode line) {
        return line.path("signs")
                .valueStream()
                .map(sign -> "; " + sign.path("says").asString(""))
                .collect(Collectors.joining());
    }
}
