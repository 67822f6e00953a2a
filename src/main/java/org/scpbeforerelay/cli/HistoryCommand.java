package org.scpbeforerelay.cli;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.Term;
import org.scpbeforerelay.history.HistoryReader;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code history}: the record, read from its files: the daemon need not run. */
@CommandLine.Command(
        name = "history",
        description =
                "What happened: leases granted, ended and refused, what they relayed, and what operators did; the oldest first.",
        footer = {
            "",
            "Renewals have no line of their own: the end of a lease says when it was last renewed.",
            "",
            "Exit status: 0 when there is a line, 1 when there is none, 77 when the record may not be read.",
            "",
            "Examples:",
            "  scp-before-relay history --user gerard --since 7d",
            "  scp-before-relay history --address 203.0.113.7 --json | jq -r .event"
        })
final class HistoryCommand extends Command {
    @Option(names = "--user", paramLabel = "USER", description = "Of this user only.")
    @Nullable
    String user;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "Of leases that cover this address, and of announcements of it or from it.")
    @Nullable
    String address;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            defaultValue = "24h",
            description = "So far back: 90s, 20m, 24h, 7d. Default: ${DEFAULT-VALUE}.")
    String since = "24h";

    @Option(names = "--mails", description = "Also each mail that was relayed, not only how many.")
    boolean mails;

    @Option(names = "--json", description = "Print each line as it stands in the record.")
    boolean json;

    HistoryCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws SettingsException {
        HistoryReader.Wanted wanted = wanted();
        Lines lines = new Lines();
        PastRecord record = new PastRecord(places().historyDirectory(), terminal);
        record.read(reader -> {
            reader.read(wanted, lines);
            return lines;
        });
        if (lines.count == 0 && !json) {
            println(record.nothing("Nothing of that kind since " + since + " ago."));
        }
        return lines.count == 0 ? ExitStatus.NO : ExitStatus.DONE;
    }

    private HistoryReader.Wanted wanted() {
        try {
            return new HistoryReader.Wanted(
                    user,
                    address == null ? null : ClientAddress.parse(address),
                    System.currentTimeMillis() - Term.parse(since).ms());
        } catch (AddressSyntaxException | IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    /** Prints as it reads: the record may be long. */
    private final class Lines implements Consumer<JsonNode> {
        private long count;

        @Override
        public void accept(JsonNode line) {
            if (!mails && line.path("event").asString("").equals("mail")) {
                return;
            }
            count++;
            println(json ? Json.line(line) : sentence(line));
        }
    }

    private String sentence(JsonNode line) {
        String event = line.path("event").asString();
        String colored = switch (event) {
            case "granted", "renewed", "mail" -> terminal.green(event);
            case "refused" -> terminal.red(event);
            default -> terminal.yellow(event);
        };
        return terminal.dim(RecordWords.at(line)) + "  " + colored + "  " + RecordWords.of(line);
    }
}
