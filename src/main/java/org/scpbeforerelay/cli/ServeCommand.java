package org.scpbeforerelay.cli;

import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.daemon.Daemon;
import org.scpbeforerelay.daemon.DaemonLog;
import org.scpbeforerelay.daemon.Signals;
import org.scpbeforerelay.daemon.StartException;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code serve}: the daemon, in the foreground. */
@CommandLine.Command(
        name = "serve",
        description =
                "Run the daemon in the foreground: the SSH endpoint, the answers to mail servers, the control socket.",
        footer = {
            "",
            "It is ready when its log says so; a service manager is told by READY=1 (sd_notify). SIGHUP or 'reload' reads "
                    + "settings and users anew, bad ones change nothing. SIGTERM ends it cleanly. Every setting has a default.",
            "",
            "Exit status: 0 after SIGTERM or SIGINT, 73 a file or socket cannot be made, 78 settings or users are wrong."
        })
final class ServeCommand extends Command {
    @Option(
            names = "--log",
            paramLabel = "FORM",
            completionCandidates = Choices.LogForms.class,
            defaultValue = "text",
            description =
                    "text: a line an event for people (default). json: an object a line for machines. On standard error.")
    String log = "text";

    ServeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws SettingsException, StartException, InterruptedException {
        if (!log.equals("text") && !log.equals("json")) {
            throw usage("--log: '" + log + "' is no form of a log: text and json are");
        }
        DaemonLog.begin(System.getenv(), log.equals("json") ? DaemonLog.Form.JSON : DaemonLog.Form.TEXT);
        try (Signals signals = Signals.take();
                Daemon daemon = Daemon.start(places(), new SystemClock(), System.getenv("NOTIFY_SOCKET"))) {
            signals.serveUntilTold(daemon);
        }
        return ExitStatus.DONE;
    }
}
