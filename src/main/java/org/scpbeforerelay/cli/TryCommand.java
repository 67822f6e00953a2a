package org.scpbeforerelay.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.Map;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.daemon.Daemon;
import org.scpbeforerelay.daemon.DaemonLog;
import org.scpbeforerelay.daemon.Signals;
import org.scpbeforerelay.daemon.StartException;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code try}: the main job on this machine at once, with nothing to prepare. */
@CommandLine.Command(
        name = "try",
        description =
                "See it work on this machine at once: the real daemon on loopback, in a private folder, with a user, a "
                        + "fresh key and free ports. Prints the commands to copy; Ctrl-C ends it and removes the folder.",
        footer = {
            "",
            "It needs the system's ssh, scp and ssh-keygen (Debian: apt-get install openssh-client). No mail server is touched.",
            "Exit status of --self-test: 0 when every step held, 1 when one did not."
        })
final class TryCommand extends Command {
    @Option(
            names = "--self-test",
            description =
                    "Do it all by itself with the system's scp and ssh (refused, announced, permitted, revoked), then end.")
    boolean selfTest;

    TryCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws IOException, SettingsException, StartException, InterruptedException {
        DaemonLog.begin(Map.of());
        DaemonLog.onlyWarnings();
        String left;
        try (Signals signals = Signals.takeAtATerminal();
                Playground playground = Playground.make(stateFolder())) {
            left = playground.whatIsLeft();
            Places places = Places.find(playground.folder(), null);
            try (Daemon daemon = Daemon.start(places, new SystemClock(), null)) {
                playground.knowHost(daemon);
                if (selfTest) {
                    return new SelfTest(playground, daemon, terminal).run() ? ExitStatus.DONE : ExitStatus.NO;
                }
                showPage(playground, daemon);
                signals.serveUntilTold(daemon);
            }
        }
        println("");
        println("Ended; " + left);
        return ExitStatus.DONE;
    }

    private void showPage(Playground playground, Daemon daemon) {
        PrintWriter out = terminal.out();
        String program = System.getenv().getOrDefault("SBR_LAUNCHER", "scp-before-relay");
        String lookup = program + " lookup 127.0.0.1 --state " + playground.folder();
        out.println();
        out.println("  " + terminal.bold("scp-before-relay")
                + " is running on this machine, for you alone. Nothing outside " + playground.folder()
                + " is touched.");
        out.println();
        out.println("    announcements   ssh " + text(daemon.sshAddress())
                + terminal.dim("    user gerard, device gwaihir, a fresh key"));
        out.println("    mail servers    " + text(daemon.lookupAddress())
                + terminal.dim("        policy, socketmap and tcp_table, as Postfix asks"));
        String page = daemon.consoleAddressWithToken();
        if (page != null) {
            out.println("    page            " + terminal.cyan(page));
        }
        out.println();
        step(out, "1", "May this client relay? Nobody has proved to be there, so no:", lookup);
        step(
                out,
                "2",
                "Announce it, as the hint of 2001 did; the copy's success is the answer:",
                playground.scpCommand());
        step(out, "3", "Ask again: yes, for twenty minutes, or until 'ssh … revoke':", lookup);
        out.println("  " + terminal.dim("Watch the time run down:") + "   " + program + " leases --watch --state "
                + playground.folder());
        out.println("  " + terminal.dim("As Postfix asks:") + "           postmap -q 127.0.0.1 socketmap:inet:"
                + text(daemon.lookupAddress()) + ":relay");
        out.println("  " + terminal.dim("Take it back:") + "              "
                + playground.sshCommand("revoke --device gwaihir"));
        out.println();
        out.println("  Ctrl-C ends it and removes the folder.");
        out.flush();
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private void step(PrintWriter out, String number, String what, String command) {
        out.println("  " + terminal.bold(number) + "  " + what);
        out.println();
        out.println("     " + terminal.cyan(command));
        out.println();
    }
}
