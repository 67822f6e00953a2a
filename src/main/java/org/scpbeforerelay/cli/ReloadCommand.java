package org.scpbeforerelay.cli;

import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.view.Counted;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code reload}: has the daemon read settings and users anew. */
@CommandLine.Command(
        name = "reload",
        description = "Have the daemon read its settings and users anew. Bad ones change nothing.",
        footer = {
            "",
            "Leases whose user or key is gone, disabled or expired end at once, and so do their connections.",
            "Exit status: 0 in force, 78 something is wrong in a file and the former settings stay in force."
        })
final class ReloadCommand extends Command {
    ReloadCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws ControlException, SettingsException {
        JsonNode answer = ask(
                Json.object().put("do", "reload"),
                row -> println(row.path("sentence").asString()));
        println("in force: " + Counted.of(answer.path("users").asLong(), "user", "users") + ", "
                + Counted.of(answer.path("revoked").asLong(), "lease", "leases") + " ended");
        return ExitStatus.DONE;
    }
}
