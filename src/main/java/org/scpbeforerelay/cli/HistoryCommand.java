package org.scpbeforerelay.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
        description = "What happened: leases granted, ended and refused, and what operators did; the oldest first.",
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

    @Option(names = "--json", description = "Print each line as it stands in the record.")
    boolean json;

    HistoryCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws SettingsException {
        HistoryReader.Wanted wanted = wanted();
        Path folder = places().historyDirectory();
        Lines lines = new Lines();
        HistoryReader reader = new HistoryReader(folder);
        try {
            reader.read(wanted, lines);
        } catch (AccessDeniedException e) {
            throw new CommandFailure(
                    ExitStatus.NOT_PERMITTED,
                    e.getFile() + " may not be read; ask as root, or as a member of the daemon's group");
        } catch (IOException e) {
            throw new CommandFailure(ExitStatus.NOT_REACHABLE, folder + " cannot be read: " + e.getMessage());
        }
        if (reader.cut() > 0) {
            terminal.err()
                    .println("scp-before-relay: " + Spoken.count(reader.cut(), "line was", "lines were")
                            + " cut off, by a crash or a full disk");
        }
        if (lines.count == 0 && !json) {
            println(
                    Files.isDirectory(folder)
                            ? "Nothing of that kind since " + since + " ago."
                            : "There is no record in " + folder + " yet: the daemon begins it at its first start.");
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
            count++;
            println(json ? Json.line(line) : sentence(line));
        }
    }

    private String sentence(JsonNode line) {
        String event = line.path("event").asString();
        String colored = switch (event) {
            case "granted", "renewed" -> terminal.green(event);
            case "refused" -> terminal.red(event);
            default -> terminal.yellow(event);
        };
        return terminal.dim(line.path("at").asString().replaceFirst("\\.\\d+Z$", "Z")) + "  " + colored + "  "
                + said(event, line);
    }

    private static String signs(JsonNode line) {
        return line.path("signs")
                .valueStream()
                .map(sign -> "; " + sign.path("says").asString(""))
                .collect(Collectors.joining());
    }

    private static String said(String event, JsonNode line) {
        String who = line.path("user").asString("") + "/" + line.path("device").asString("");
        String by = " by " + line.path("source").asString("");
        return switch (event) {
            case "granted", "renewed" -> who + " " + line.path("address").asString("") + by + signs(line);
            case "revoked" ->
                who + " " + line.path("address").asString("") + ": "
                        + line.path("why").asString("");
            case "expired" ->
                who + " " + line.path("address").asString("") + ", last renewed "
                        + line.path("renewed_at").asString("").replaceFirst("\\.\\d+Z$", "Z");
            case "refused" ->
                who + (line.has("from") ? " from " + line.path("from").asString() : "") + by + ": "
                        + line.path("code").asString("") + ", "
                        + line.path("why").asString("");
            case "operator" ->
                line.path("by").asString("") + " " + line.path("did").asString("");
            case "missing" -> line.path("lines").asLong() + " lines that could not be written";
            default -> Json.line(line);
        };
    }
}
