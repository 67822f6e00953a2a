package org.scpbeforerelay.cli;

import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.view.Counted;
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
                + Counted.of(answer.path("users").asLong(), "user", "users") + " known");
        answer.path("listening")
                .forEach(each ->
                        row(each.path("what").asString(), each.path("where").asString()));
        if (answer.has("drop")) {
            row("drop", drop(answer.path("drop")));
        }
        answer.path("login_log").forEach(each -> row("login log", loginLog(each)));
        answer.path("tables").forEach(each -> row("table", table(each)));
        answer.path("hooks").forEach(each -> row("hook", hook(each)));
        row("store", answer.path("store").asString());
        if (answer.has("shared")) {
            PoolLines.print(answer.path("shared"), this::row);
        }
        row("settings", answer.path("settings").asString());
        answer.path("problems").forEach(problem -> println(terminal.red("  problem   ") + problem.asString()));
        return well ? ExitStatus.DONE : ExitStatus.NO;
    }

    private void row(String what, String how) {
        println("  " + String.format("%-9s ", what) + how);
    }

    private static String drop(JsonNode drop) {
        return Counted.of(drop.path("directories").asLong(), "directory", "directories") + " ("
                + drop.path("watched").asLong() + " watched), "
                + Counted.of(drop.path("files").asLong(), "file", "files") + "; since the start "
                + drop.path("announced").asLong() + " announced, "
                + drop.path("refused").asLong() + " refused";
    }

    private static String loginLog(JsonNode log) {
        return log.path("service").asString() + ": "
                + Counted.of(log.path("logins").asLong(), "login", "logins") + ", "
                + Counted.of(log.path("not_understood").asLong(), "line", "lines") + " not understood";
    }

    private static String table(JsonNode table) {
        return table.path("table").asString() + ": "
                + Counted.of(table.path("rows").asLong(), "row", "rows") + ", "
                + Counted.of(table.path("changes").asLong(), "change", "changes") + ", "
                + (table.has("published_at")
                        ? "last published " + table.path("published_at").asString()
                        : "not yet published");
    }

    private static String hook(JsonNode hook) {
        return hook.path("run").asString() + ": "
                + Counted.of(hook.path("runs").asLong(), "run", "runs") + ", "
                + hook.path("failures").asLong() + " failed, "
                + hook.path("waiting").asLong() + " waiting";
    }
}
