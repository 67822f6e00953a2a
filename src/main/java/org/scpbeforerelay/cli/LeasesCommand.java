package org.scpbeforerelay.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.view.Counted;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code leases}: who may relay, from where, since when, until when. */
@CommandLine.Command(
        name = "leases",
        description = "Show who may relay from where, since when, until when, and by which source.",
        footer = {
            "",
            "SIGNS is there when an address is odd: shared, moved, behind-nat, changing, many-addresses; explain ADDRESS has "
                    + "the sentences.",
            "",
            "Exit status: 0 when there are leases, 1 when there is none, 69 when no daemon answers.",
            "",
            "Examples:",
            "  scp-before-relay leases --watch",
            "  scp-before-relay leases --json | jq -r '.leases[].address'",
            "  scp-before-relay leases --json | jq -c '.leases[] | select(.signs != [])'"
        })
final class LeasesCommand extends Command {
    private static final Duration EVERY = Duration.ofSeconds(1);

    @Option(names = "--all", description = "Also those that have ended and are not tidied away yet.")
    boolean all;

    @Option(names = "--watch", description = "A live table with the time left, until Ctrl-C.")
    boolean watch;

    @Option(names = "--json", description = "Print {\"leases\":[…]}.")
    boolean json;

    LeasesCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws ControlException, SettingsException, InterruptedException {
        if (watch && json) {
            throw usage("--watch draws a table for people; for programs, ask again with --json");
        }
        if (watch) {
            watch();
            return ExitStatus.DONE;
        }
        List<JsonNode> leases = fetch();
        if (json) {
            ArrayNode rows = Json.array().addAll(leases);
            ObjectNode answer = Json.object();
            answer.set("leases", rows);
            println(terminal.isInteractive() ? Json.pretty(answer) : Json.line(answer));
        } else {
            print(leases);
        }
        return leases.isEmpty() ? ExitStatus.NO : ExitStatus.DONE;
    }

    private List<JsonNode> fetch() throws ControlException, SettingsException {
        List<JsonNode> leases = new ArrayList<>();
        ask(Json.object().put("do", "leases").put("all", all), leases::add);
        return leases;
    }

    /** Until nobody reads it any more. */
    private void watch() throws ControlException, SettingsException, InterruptedException {
        while (!terminal.isCutOff()) {
            List<JsonNode> leases = fetch();
            if (terminal.isInteractive()) {
                terminal.clear();
            }
            println(terminal.bold(Counted.of(leases.size(), "lease", "leases")) + "  "
                    + terminal.dim(Json.second(System.currentTimeMillis()) + "   Ctrl-C ends"));
            println("");
            print(leases);
            terminal.out().flush();
            Thread.sleep(EVERY);
        }
    }

    private void print(List<JsonNode> leases) {
        if (leases.isEmpty()) {
            println("Nobody has a lease now, so nobody may relay through one.");
            println(terminal.dim("A client gets one by  scp gwaihir-ip USER@HOST:  or  ssh USER@HOST announce"));
            return;
        }
        boolean odd = leases.stream().anyMatch(lease -> !lease.path("signs").isEmpty());
        TextTable table = odd
                ? new TextTable("WHO", "ADDRESS", "LEFT", "SIGNS", "UNTIL", "SINCE", "SOURCE")
                : new TextTable("WHO", "ADDRESS", "LEFT", "UNTIL", "SINCE", "SOURCE");
        for (JsonNode lease : leases) {
            long left = lease.path("seconds_left").asLong();
            int prefix = lease.path("prefix").asInt();
            List<String> row = new ArrayList<>(List.of(
                    lease.path("user").asString() + "/" + lease.path("device").asString(),
                    lease.path("address").asString() + (prefix == 64 ? "/64" : ""),
                    lease.path("active").asBoolean(true) ? Spoken.duration(left) : "ended",
                    Json.second(java.time.Instant.parse(lease.path("expires_at").asString())
                            .toEpochMilli()),
                    Json.second(java.time.Instant.parse(lease.path("granted_at").asString())
                            .toEpochMilli()),
                    lease.path("source").asString() + (lease.path("held").asBoolean() ? ", held" : "")));
            if (odd) {
                row.add(3, signs(lease));
            }
            table.row(row.toArray(String[]::new));
        }
        table.print(terminal.out(), terminal);
    }

    private static String signs(JsonNode lease) {
        return lease.path("signs")
                .valueStream()
                .map(sign -> sign.path("sign").asString())
                .collect(Collectors.joining(", "));
    }
}
