package org.scpbeforerelay.cli;

import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code console}: where the page is, with what opens it. */
@CommandLine.Command(
        name = "console",
        description = "Print the address of the console's page, with its token.",
        footer = {
            "",
            "Whoever has this address may grant and revoke: open it, do not pass it on. The browser keeps a cookie for a week.",
            "From another machine, open the same address there after:",
            "  ssh -L 8040:127.0.0.1:8040 RELAYHOST",
            "",
            "Exit status: 0, or 1 when there is no console, 69 when no daemon answers."
        })
final class ConsoleCommand extends Command {
    @Option(names = "--json", description = "Print {\"url\": …}.")
    boolean json;

    ConsoleCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws ControlException, SettingsException {
        JsonNode answer = ask(Json.object().put("do", "console"));
        if (!answer.has("url")) {
            throw new CommandFailure(
                    ExitStatus.NO,
                    "there is no console: [console] listen is \"\" in " + places().settingsFile()
                            + ", or its port is taken ('status' says); set it to \"127.0.0.1:8040\" and restart the daemon");
        }
        String url = answer.path("url").asString();
        println(json ? Json.line(Json.object().put("url", url)) : url);
        return ExitStatus.DONE;
    }
}
