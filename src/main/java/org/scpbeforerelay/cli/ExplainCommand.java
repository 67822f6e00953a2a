package org.scpbeforerelay.cli;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code explain}: the answer with its reasons, lease by lease. */
@CommandLine.Command(
        name = "explain",
        description = {
            "Why a client address may relay now, or may not: the answer, and every lease that mattered.",
            "With --queue-id: by which lease a past mail was relayed. With --at: which leases an address had then. Both from the record;"
                    + " the daemon need not run."
        },
        footer = {
            "",
            "A mail has its queue id on record when the mail server asks at the DATA stage too (smtpd_data_restrictions).",
            "",
            "Exit status: 0 may relay, or could then, or the mail is on record; 1 may not relay, could not, or nothing is found.",
            "",
            "Examples:",
            "  scp-before-relay explain 203.0.113.7 --sender gerard@example.org",
            "  scp-before-relay explain --queue-id 4XyZ1203abz",
            "  scp-before-relay explain 203.0.113.7 --at 2026-11-22T12:00"
        })
final class ExplainCommand extends Command {
    @Parameters(index = "0", arity = "0..1", paramLabel = "ADDRESS", description = "The client address.")
    @Nullable
    String address;

    @Option(
            names = "--sender",
            paramLabel = "ADDRESS",
            description = "The envelope sender, for users with a list of senders. Without it: as policy is told on the "
                    + "unix socket of [lookup] listen, where there is one; else by the address alone, as a table or a "
                    + "socketmap is, which has no user with senders or limits.")
    @Nullable
    String sender;

    @Option(
            names = "--recipient",
            paramLabel = "ADDRESS",
            description = "The envelope recipient; no rule depends on it.")
    @Nullable
    String recipient;

    @Option(names = "--queue-id", paramLabel = "ID", description = "A mail's queue id, from the mail server's log.")
    @Nullable
    String queueId;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "A past time, like 2026-11-22T12:00 (this machine's local time) or 2026-11-22T12:00:00Z.")
    @Nullable
    String at;

    @Option(names = "--json", description = "Print the answer as JSON.")
    boolean json;

    ExplainCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws ControlException, SettingsException {
        boolean isEnvelope = sender != null || recipient != null;
        if (queueId != null) {
            if (address != null || at != null || isEnvelope) {
                throw usage("--queue-id says it all: no address, time, sender or recipient besides");
            }
            return past().mail(queueId);
        }
        if (address == null) {
            throw usage("say what to explain: a client ADDRESS, or a mail by --queue-id ID");
        }
        if (at != null) {
            if (isEnvelope) {
                throw usage("--sender and --recipient ask what would be now; with --at the record says what was");
            }
            return past().address(clientAddress(address), then(at));
        }
        return present(address);
    }

    private int present(String client) throws ControlException, SettingsException {
        ObjectNode question = Json.object()
                .put("do", "explain")
                .put("address", clientAddress(client).toString());
        if (sender != null) {
            question.put("sender", sender);
        }
        if (recipient != null) {
            question.put("recipient", recipient);
        }
        List<JsonNode> reasons = new ArrayList<>();
        JsonNode answer = ask(question, reasons::add);
        boolean permitted = answer.path("permitted").asBoolean();
        if (json) {
            ObjectNode whole = ((ObjectNode) answer).without("end");
            whole.set("reasons", Json.array().addAll(reasons));
            println(Json.line(whole));
        } else {
            String sentence = answer.path("sentence").asString();
            println(permitted ? terminal.green(sentence) : terminal.yellow(sentence));
            reasons.forEach(reason -> println("  - " + reason.path("sentence").asString()));
        }
        return permitted ? ExitStatus.DONE : ExitStatus.NO;
    }

    private ExplainPast past() throws SettingsException {
        return new ExplainPast(places().historyDirectory(), terminal, json, this::standing);
    }

    /** The leases that the daemon has on the address now; none where no daemon answers. */
    private List<JsonNode> standing(ClientAddress client) {
        List<JsonNode> leases = new ArrayList<>();
        try {
            ask(Json.object().put("do", "explain").put("address", client.toString()), leases::add);
        } catch (ControlException | SettingsException e) {
            return List.of();
        }
        return leases;
    }

    private Instant then(String text) {
        Instant then;
        try {
            then = text.matches(".*(Z|[+-]\\d\\d:?\\d\\d)")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
        } catch (DateTimeParseException e) {
            throw usage("--at '" + text + "' is no time; write it like 2026-11-22T12:00 or 2026-11-22T12:00:00Z");
        }
        if (then.toEpochMilli() > System.currentTimeMillis()) {
            throw usage("--at " + Json.second(then.toEpochMilli())
                    + " is yet to come; without --at it is explained what is now");
        }
        return then;
    }
}
