package org.scpbeforerelay.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.daemon.StartException;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program's entry: which commands there are, and what their failures look like. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int status = run(Terminal.ofProcess(), args);
        System.exit(status);
    }

    /** Runs one command; gives its exit status. */
    public static int run(Terminal terminal, String... args) {
        return commandLine(terminal).execute(args);
    }

    /** The whole tree of commands, also for completion and manual pages. */
    public static CommandLine commandLine(Terminal terminal) {
        CommandLine line = new CommandLine(new Root(terminal));
        for (Command command : List.of(
                new TryCommand(terminal),
                new ServeCommand(terminal),
                new LeasesCommand(terminal),
                new GrantCommand(terminal),
                new RevokeCommand(terminal),
                new LookupCommand(terminal),
                new ExplainCommand(terminal),
                new StatusCommand(terminal),
                new ReloadCommand(terminal),
                new VersionCommand(terminal),
                new CompletionCommand(terminal),
                new ManualCommand(terminal))) {
            line.addSubcommand(command);
        }
        line.addSubcommand(UserCommand.commandLine(terminal));
        line.setOut(terminal.out());
        line.setErr(terminal.err());
        line.setColorScheme(new ColorScheme.Builder(terminal.bold("x").equals("x") ? Ansi.OFF : Ansi.ON)
                .commands(Ansi.Style.bold)
                .options(Ansi.Style.fg_yellow)
                .parameters(Ansi.Style.fg_yellow)
                .build());
        line.setUsageHelpAutoWidth(terminal.isInteractive());
        line.setParameterExceptionHandler((problem, args) -> usage(problem, terminal.err()));
        line.setExecutionExceptionHandler((problem, where, parsed) -> failure(problem, terminal.err(), parsed));
        return line;
    }

    private static int usage(ParameterException problem, PrintWriter err) {
        CommandLine line = problem.getCommandLine();
        err.println("scp-before-relay: " + problem.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(problem, err)) {
            String name = line.getCommandSpec().qualifiedName();
            err.println("Try '" + name + " --help'.");
        }
        return ExitStatus.USAGE;
    }

    private static int failure(Exception problem, PrintWriter err, ParseResult parsed) {
        String before = "scp-before-relay: ";
        return switch (problem) {
            case CommandFailure failure -> said(err, before + failure.getMessage(), failure.exitStatus());
            case ControlException failure -> said(err, before + failure.getMessage(), failure.exitStatus());
            case SettingsException wrong -> said(err, String.valueOf(wrong.getMessage()), ExitStatus.CONFIGURATION);
            case StartException inTheWay -> said(err, before + inTheWay.getMessage(), ExitStatus.CANNOT_WRITE);
            default -> {
                problem.printStackTrace(err);
                yield said(
                        err,
                        before + "that was a defect of the program in '" + String.join(" ", parsed.originalArgs())
                                + "'; please report it with the lines above",
                        ExitStatus.INTERNAL);
            }
        };
    }

    private static int said(PrintWriter err, String message, int exitStatus) {
        err.println(message);
        return exitStatus;
    }

    /** {@code scp-before-relay} alone: the help. */
    @CommandLine.Command(
            name = "scp-before-relay",
            description = {
                "Lets clients on changing addresses relay mail: they prove who they are by SSH, a lease on their address "
                        + "follows, and the mail server asks at every message whether it may.",
                ""
            },
            commandListHeading = "%nCommands:%n",
            synopsisSubcommandLabel = "COMMAND",
            footer = {"", "Start with:  scp-before-relay try", "Every command has --help."})
    private static final class Root extends Command {
        Root(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            spec.commandLine().usage(terminal.out());
            return ExitStatus.USAGE;
        }
    }

    /** For tests and completion: the environment is not asked. */
    static Terminal plainTerminal(PrintWriter out, PrintWriter err) {
        return new Terminal(out, err, false, Map.of());
    }
}
