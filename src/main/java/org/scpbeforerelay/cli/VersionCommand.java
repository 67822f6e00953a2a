package org.scpbeforerelay.cli;

import org.scpbeforerelay.daemon.Version;
import picocli.CommandLine;

/** {@code version}. */
@CommandLine.Command(name = "version", description = "Print the version of the program and of the Java that runs it.")
final class VersionCommand extends Command {
    VersionCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        println("scp-before-relay " + Version.text() + " (Java " + Runtime.version() + ")");
        return ExitStatus.DONE;
    }
}
