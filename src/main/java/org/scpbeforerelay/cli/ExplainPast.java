package org.scpbeforerelay.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.history.HistoryReader;
import org.scpbeforerelay.history.LeasesThen;
import org.scpbeforerelay.history.LeasesThen.Sure;
import org.scpbeforerelay.history.LeasesThen.Then;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the record tells of a past mail, or of an address at a past time. */
final class ExplainPast {
    private final PastRecord record;
    private final Path folder;
    private final Terminal terminal;
    private final boolean json;
    private final Function<ClientAddress, List<JsonNode>> standingNow;

    /**
     * Prepares it.
     *
     * @param standingNow the leases on an address that the daemon has now; none where no daemon answers
     */
    ExplainPast(Path folder, Terminal terminal, boolean json, Function<ClientAddress, List<JsonNode>> standingNow) {
        this.record = new PastRecord(folder, terminal);
        this.folder = folder;
        this.terminal = terminal;
        this.json = json;
        this.standingNow = standingNow;
    }

    /** A mail by the name that the mail server's log has for it. Short queue ids come again: then there are several. */
    int mail(String queueId) {
        List<JsonNode> mails = new ArrayList<>();
        record.read(reader -> {
            reader.readContaining(List.of("\"queue_id\":" + Json.line(Json.text(queueId))), line -> {
                if (line.path("queue_id").asString("").equals(queueId)) {
                    mails.add(line);
                }
            });
            return mails;
        });
        if (json) {
            ObjectNode answer = Json.object().put("queue_id", queueId);
            answer.set("mails", Json.array().addAll(mails));
            println(Json.line(answer));
        } else if (mails.isEmpty()) {
            println(record.nothing("No mail " + queueId + " is on record in " + folder
                    + ". Only mail that a lease opened is, while [history] keeps it; and its queue id is known when the mail"
                    + " server asks at DATA (check_policy_service in smtpd_data_restrictions)."));
        }
        if (!json) {
            mails.forEach(this::print);
        }
        return mails.isEmpty() ? ExitStatus.NO : ExitStatus.DONE;
    }

    private void print(JsonNode mail) {
        String who = mail.path("user").asString("") + "/" + mail.path("device").asString("");
        String client = mail.path("client").asString(mail.path("address").asString(""));
        println(terminal.green(mail.path("queue_id").asString("") + " was permitted at " + RecordWords.at(mail) + ": "
                + who + ", from " + client));
        println("  - " + RecordWords.envelope(mail) + "; the sender was allowed");
        println("  - by the lease of " + who + " on " + mail.path("address").asString("") + ", granted at "
                + RecordWords.second(mail.path("granted_at").asString("")) + proof(mail)
                + ", which was active; its user and key were in force");
        println("  - " + quotas(mail));
        if (!RecordWords.door(mail).isEmpty()) {
            println(
                    "  - it was told on a TCP port, as anybody who can connect to it can: the mail server's log must have it too");
        }
    }

    private static String quotas(JsonNode mail) {
        if (mail.path("quotas").isEmpty()) {
            return "its user had no limit that was counted";
        }
        return "it was counted: "
                + mail.path("quotas")
                        .valueStream()
                        .map(quota -> quota.path("used").asLong() + " of the "
                                + quota.path("what").asString("") + " of "
                                + quota.path("limit").asString("") + " were used with it")
                        .collect(Collectors.joining(", "));
    }

    /** By what source and key. */
    private static String proof(JsonNode line) {
        return " by " + line.path("source").asString("")
                + (line.has("key") ? " with the key " + line.path("key").asString() : "");
    }

    /** Who could relay from an address at a past time. */
    int address(ClientAddress address, Instant then) {
        LeasesThen.Found found = record.read(reader -> LeasesThen.find(reader, address, then));
        List<JsonNode> now = found.leases().stream().anyMatch(lease -> lease.sure() == Sure.UNKNOWN)
                ? standingNow.apply(address)
                : List.of();
        List<Told> leases = found.leases().stream()
                .map(lease -> new Told(lease, isSure(lease, now, then)))
                .toList();
        if (json) {
            println(Json.line(answer(address, then, leases, found)));
        } else {
            print(address, then, leases, found);
        }
        return leases.isEmpty() ? ExitStatus.NO : ExitStatus.DONE;
    }

    private record Told(Then lease, boolean sure) {}

    private static boolean isSure(Then lease, List<JsonNode> now, Instant then) {
        return lease.sure() == Sure.YES
                || now.stream()
                        .anyMatch(row -> row.path("who").asString("").equals(lease.who())
                                && row.has("granted_at")
                                && !Instant.parse(row.path("granted_at").asString())
                                        .isAfter(then));
    }

    private ObjectNode answer(ClientAddress address, Instant then, List<Told> leases, LeasesThen.Found found) {
        ObjectNode answer = Json.object()
                .put("address", address.toString())
                .put("then", then.toString())
                .put("permitted", !leases.isEmpty());
        ArrayNode rows = answer.putArray("leases");
        for (Told told : leases) {
            ObjectNode row = rows.addObject()
                    .put("who", told.lease().who())
                    .put("granted_at", told.lease().grantedAt())
                    .put("sure", told.sure());
            row.set("granted", told.lease().granted());
            if (told.lease().end() != null) {
                row.set("end", told.lease().end());
            }
        }
        answer.set("around", Json.array().addAll(found.others()));
        return answer;
    }

    private void print(ClientAddress address, Instant then, List<Told> leases, LeasesThen.Found found) {
        String time = Json.second(then.toEpochMilli());
        if (leases.isEmpty()) {
            println(record.nothing(terminal.yellow(
                    "At " + time + " nobody had a lease on " + address + last(found.lastEnd()) + begin(then))));
        } else {
            boolean isSure = leases.stream().anyMatch(Told::sure);
            String answer = "At " + time + " " + address
                    + (isSure ? " could relay: " : " may have been able to relay: ")
                    + leases.stream().map(told -> told.lease().who()).distinct().collect(Collectors.joining(", "));
            println(isSure ? terminal.green(answer) : terminal.yellow(answer));
        }
        leases.forEach(told -> println("  - " + sentence(told)));
        found.others()
                .forEach(line -> println("  " + terminal.dim(RecordWords.at(line)) + "  "
                        + line.path("event").asString("") + "  " + RecordWords.of(line)));
    }

    private static String sentence(Told told) {
        Then lease = told.lease();
        JsonNode end = lease.end();
        return "the lease of " + lease.who() + " on "
                + lease.granted().path("address").asString("") + ", granted at "
                + RecordWords.second(lease.grantedAt()) + proof(lease.granted())
                + (end != null
                        ? ", " + end.path("event").asString("") + " at " + RecordWords.at(end)
                                + (end.has("why") ? " (" + end.path("why").asString() + ")" : "")
                        : told.sure()
                                ? ", with no end before"
                                : ", of which neither renewals nor an end are on record");
    }

    private static String last(@Nullable JsonNode end) {
        return end == null
                ? ""
                : "; the last one, of " + end.path("user").asString("") + "/"
                        + end.path("device").asString("") + ", was over at " + RecordWords.at(end);
    }

    private String begin(Instant then) {
        return record.read(HistoryReader::begin)
                .filter(then::isBefore)
                .map(begin -> ". The record begins later, at " + Json.second(begin.toEpochMilli()))
                .orElse("");
    }

    private void println(String line) {
        terminal.out().println(line);
    }
}
