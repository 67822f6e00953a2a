package org.scpbeforerelay.cli;

import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.daemon.TablesWhileAway;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code table --expire}: ends in the tables what is over, while the daemon is away. */
@CommandLine.Command(
        name = "table",
        description =
                "Take out of the access tables whose lease is over, while the daemon is away. For a timer, once a minute, "
                        + "and for ExecStopPost; with a daemon running it leaves everything to it.",
        footer = {
            "",
            "It needs no daemon: every table has a companion file with the end of each lease in it.",
            "Exit status: 0 nobody is in a table whose lease is over, 1 a table could not be written (standard error says why)."
        })
final class TableCommand extends Command {
    @Option(names = "--expire", required = true, description = "Do it.")
    boolean expire;

    TableCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws SettingsException {
        TablesWhileAway.Outcome outcome = TablesWhileAway.expire(places());
        outcome.done().forEach(this::println);
        outcome.failures().forEach(failure -> terminal.err().println(failure));
        return outcome.failures().isEmpty() ? ExitStatus.DONE : ExitStatus.NO;
    }
}
