package org.scpbeforerelay.cli;

import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code revoke}: ends leases at once. */
@CommandLine.Command(
        name = "revoke",
        description = "End leases at once: of a user, of one device, or all on an address.",
        footer = {
            "",
            "A client that announces again gets a new lease; 'user disable' keeps it out.",
            "Exit status: 0 when something was revoked, 1 when there was nothing to revoke, or there is no such user."
        })
final class RevokeCommand extends Command {
    @Parameters(index = "0", paramLabel = "USER[/DEVICE]|ADDRESS", description = "Whose leases, or on which address.")
    String what;

    RevokeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws ControlException, SettingsException {
        try {
            Selection.parse(what);
        } catch (IllegalArgumentException e) {
            throw usage("'" + what + "' is no address and no user: " + e.getMessage());
        }
        int[] count = {0};
        JsonNode answer = ask(Json.object().put("do", "revoke").put("what", what), row -> {
            count[0]++;
            println("revoked " + row.path("who").asString() + " "
                    + row.path("address").asString());
        });
        if (!answer.path("recorded").asBoolean(true)) {
            terminal.err()
                    .println(
                            "warning: the store is away; the revocation holds now and is recorded as soon as it is back");
        }
        if (count[0] == 0) {
            println("nothing to revoke: no lease of or on " + what);
            return ExitStatus.NO;
        }
        return ExitStatus.DONE;
    }
}
