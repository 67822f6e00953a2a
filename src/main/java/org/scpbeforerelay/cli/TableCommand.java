package org.scpbeforerelay.cli;

import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.sink.table.TableException;
import org.scpbeforerelay.sink.table.TableExpirer;
import org.scpbeforerelay.sink.table.TableTools;
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
        TableExpirer.Report report;
        try {
            report = new TableExpirer(places().tablesDirectory(), TableTools.ofPath(), new SystemClock()).expire();
        } catch (TableException e) {
            throw new CommandFailure(ExitStatus.NO, String.valueOf(e.getMessage()));
        }
        if (report.daemonAlive()) {
            println("the daemon is there and keeps the tables itself");
            return ExitStatus.DONE;
        }
        for (TableExpirer.Outcome outcome : report.tables()) {
            String failure = outcome.failure();
            if (failure != null) {
                terminal.err().println(outcome.table() + ": " + failure);
            } else {
                println(outcome.table() + ": " + Spoken.count(outcome.ended(), "lease", "leases") + " ended, "
                        + outcome.left() + " left");
            }
        }
        return report.succeeded() ? ExitStatus.DONE : ExitStatus.NO;
    }
}
