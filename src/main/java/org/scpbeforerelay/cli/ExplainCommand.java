package org.scpbeforerelay.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
        description = "Why a client address may relay now, or may not: the answer, and every lease that mattered.",
        footer = {"", "Exit status: 0 may relay, 1 may not relay."})
final class ExplainCommand extends Command {
    @Parameters(index = "0", paramLabel = "ADDRESS", description = "The client address.")
    String address;

    @Option(names = "--sender", paramLabel = "ADDRESS", description = "The envelope sender.")
    @Nullable
    String sender;

    @Option(names = "--recipient", paramLabel = "ADDRESS", description = "The envelope recipient.")
    @Nullable
    String recipient;

    @Option(names = "--json", description = "Print the answer as JSON.")
    boolean json;

    ExplainCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws ControlException, SettingsException {
        ObjectNode question = Json.object().put("do", "explain").put("address", address);
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
}
