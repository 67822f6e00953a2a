package org.scpbeforerelay.cli;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.Term;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code grant}: a lease by the operator's hand. */
@CommandLine.Command(
        name = "grant",
        description = "Give a user's device a lease on an address, by your own hand and without proof.",
        footer = {
            "",
            "The address may be private; it may never be 0, 0.0.0.0, :: or a network.",
            "Exit status: 0 granted, 1 there is no such user, 77 refused (the reason is on standard error).",
            "",
            "Example:",
            "  scp-before-relay grant gerard/printer 203.0.113.7 --term 2h"
        })
final class GrantCommand extends Command {
    @Parameters(index = "0", paramLabel = "USER[/DEVICE]", description = "Who gets the lease.")
    String principal;

    @Parameters(index = "1", paramLabel = "ADDRESS", description = "The client address.")
    String address;

    @Option(
            names = "--term",
            paramLabel = "TERM",
            description = "How long, like 90s, 20m or 2h. Default: the user's own term.")
    @Nullable
    String term;

    GrantCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws ControlException, SettingsException {
        if (isNeverOneAddress(address)) {
            return refused("address-not-allowed", address + " is no host's address: it can never be leased");
        }
        ObjectNode question = Json.object()
                .put("do", "grant")
                .put("principal", principal(principal).toString())
                .put("address", clientAddress(address).toString());
        if (term != null) {
            try {
                question.put("term_ms", Term.parse(term).ms());
            } catch (IllegalArgumentException e) {
                throw usage("--term " + e.getMessage());
            }
        }
        JsonNode answer = ask(question, row -> {
            println("granted " + row.path("who").asString() + " "
                    + row.path("address").asString() + " until "
                    + row.path("until").asString());
            row.path("signs").forEach(sign -> println("  " + sign.path("says").asString()));
        });
        return answer.has("refused")
                ? refused(
                        answer.path("refused").asString(), answer.path("reason").asString())
                : ExitStatus.DONE;
    }

    private int refused(String code, String reason) {
        terminal.err().println("refused " + code + " " + reason);
        return ExitStatus.NOT_PERMITTED;
    }

    /** A network, and the 0 that the files of old had for "nowhere", are on the list of what nobody is ever granted. */
    private static boolean isNeverOneAddress(String text) {
        try {
            return text.equals("0") || text.contains("/") && Network.parse(text) != null;
        } catch (AddressSyntaxException e) {
            return false;
        }
    }

    private Principal principal(String text) {
        try {
            return Principal.parse(text);
        } catch (IllegalArgumentException e) {
            throw usage("'" + text + "': " + e.getMessage());
        }
    }
}
