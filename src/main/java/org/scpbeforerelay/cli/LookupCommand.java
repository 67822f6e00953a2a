package org.scpbeforerelay.cli;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code lookup}: what Postfix would be told now. */
@CommandLine.Command(
        name = "lookup",
        description = "What a mail server would be told now of this client address. Never counted.",
        footer = {"", "Exit status: 0 may relay, 1 may not relay."})
final class LookupCommand extends Command {
    @Parameters(index = "0", paramLabel = "ADDRESS", description = "The client address.")
    String address;

    @Option(
            names = "--sender",
            paramLabel = "ADDRESS",
            description = "The envelope sender, for users with a list of senders. Without it: as policy is told on the "
                    + "unix socket of [lookup] listen, where there is one; else by the address alone, as a table or a "
                    + "socketmap is, which has no user with senders or limits.")
    @Nullable
    String sender;

    @Option(names = "--json", description = "Print the answer as JSON.")
    boolean json;

    LookupCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws ControlException, SettingsException {
        var question = Json.object()
                .put("do", "lookup")
                .put("address", clientAddress(address).toString());
        if (sender != null) {
            question.put("sender", sender);
        }
        JsonNode answer = ask(question);
        boolean permitted = answer.path("permitted").asBoolean();
        if (json) {
            println(Json.line(((tools.jackson.databind.node.ObjectNode) answer).without("end")));
        } else {
            println(answer.path("sentence").asString());
        }
        return permitted ? ExitStatus.DONE : ExitStatus.NO;
    }
}
