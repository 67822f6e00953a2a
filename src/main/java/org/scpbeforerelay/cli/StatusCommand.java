package org.scpbeforerelay.cli;

import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code status}: whether the daemon runs, and how it fares. */
@CommandLine.Command(
        name = "status",
        description = "Whether the daemon runs, where it listens, and how it fares.",
        footer = {"", "Exit status: 0 all well, 1 it runs but something is wrong, 69 no daemon answers."})
final class StatusCommand extends Command {
    @Option(names = "--json", description = "Print the answer as JSON.")
    boolean json;

    StatusCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws ControlException, SettingsException {
        JsonNode answer = ask(Json.object().put("do", "status"));
        boolean well = answer.path("problems").isEmpty();
        if (json) {
            println(Json.line(((tools.jackson.databind.node.ObjectNode) answer).without("end")));
            return well ? ExitStatus.DONE : ExitStatus.NO;
        }
        println((well ? terminal.green("running") : terminal.yellow("running, with a problem")) + ", version "
                + answer.path("version").asString() + ", process "
                + answer.path("pid").asLong() + ", since "
                + answer.path("since").asString());
        println("  leases    " + answer.path("leases").asLong() + " active, of "
                + Spoken.count(answer.path("users").asLong(), "user", "users") + " known");
        answer.path("listening")
                .forEach(each ->
                        println("  " + String.format("%-9s", each.path("what").asString())
                                + each.path("where").asString()));
        println("  store     " + answer.path("store").asString());
        println("  settings  " + answer.path("settings").asString());
        answer.path("problems").forEach(problem -> println(terminal.red("  problem   ") + problem.asString()));
        return well ? ExitStatus.DONE : ExitStatus.NO;
    }
}
