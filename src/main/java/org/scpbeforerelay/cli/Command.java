package org.scpbeforerelay.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlClient;
import org.scpbeforerelay.control.ControlException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What every command has: the options that say where things are, a terminal, and a way to the daemon. */
abstract class Command implements Callable<Integer> {
    final Terminal terminal;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings file; instead of the one in the state folder or in " + "/etc/scp-before-relay.")
    @Nullable
    Path config;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Folder with everything in it: settings, users, leases, sockets. Default: the system's places if "
                            + "/etc/scp-before-relay exists, else a folder of your own.")
    @Nullable
    Path state;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    Command(Terminal terminal) {
        this.terminal = terminal;
    }

    Places places() throws SettingsException {
        return Places.find(stateFolder(), nearest(command -> command.config));
    }

    /** What {@code --state} says; null without it. */
    @Nullable
    Path stateFolder() {
        return nearest(command -> command.state);
    }

    /** An option of this command, or of the one above it: it may stand before the command's name too. */
    private @Nullable Path nearest(Function<Command, @Nullable Path> option) {
        for (CommandSpec at = spec; at != null; at = at.parent()) {
            Path given = at.userObject() instanceof Command command ? option.apply(command) : null;
            if (given != null) {
                return given;
            }
        }
        return null;
    }

    /** A command to copy that has the same places as this one. */
    String again(String words) {
        Path folder = stateFolder();
        Path settings = nearest(command -> command.config);
        return "scp-before-relay " + words
                + (folder == null ? "" : " --state " + folder)
                + (settings == null ? "" : " --config " + settings);
    }

    /** Asks the daemon one question; rows go to {@code row}. */
    JsonNode ask(ObjectNode question, Consumer<JsonNode> row) throws ControlException, SettingsException {
        String remedy = "start one with '" + again("serve") + "'"
                + (stateFolder() == null ? ", or name its folder with --state" : "");
        try (ControlClient client = ControlClient.connect(places().controlSocket(), remedy)) {
            return client.ask(question, row);
        }
    }

    JsonNode ask(ObjectNode question) throws ControlException, SettingsException {
        return ask(question, row -> {});
    }

    /** An argument that is an address, before anybody is asked about it. */
    ClientAddress clientAddress(String text) {
        try {
            return ClientAddress.parse(text);
        } catch (AddressSyntaxException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    void println(String line) {
        terminal.out().println(line);
    }
}
