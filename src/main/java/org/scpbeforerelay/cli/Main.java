package org.scpbeforerelay.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.daemon.StartException;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The program's entry: which commands there are, and what their failures look like. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int status = run(Terminal.ofProcess(), args);
        System.exit(status);
    }

    /** Every command, in the order of the help. */
    private static Map<String, Function<Terminal, Object>> commands() {
        Map<String, Function<Terminal, Object>> commands = new LinkedHashMap<>();
        commands.put("try", TryCommand::new);
        commands.put("serve", ServeCommand::new);
        commands.put("announce", AnnounceCommand::new);
        commands.put("user", UserCommand::commandLine);
        commands.put("leases", LeasesCommand::new);
        commands.put("grant", GrantCommand::new);
        commands.put("revoke", RevokeCommand::new);
        commands.put("lookup", LookupCommand::new);
        commands.put("explain", ExplainCommand::new);
        commands.put("history", HistoryCommand::new);
        commands.put("postfix", PostfixCommand::new);
        commands.put("check", CheckCommand::new);
        commands.put("table", TableCommand::new);
        commands.put("console", ConsoleCommand::new);
        commands.put("status", StatusCommand::new);
        commands.put("reload", ReloadCommand::new);
        commands.put("completion", CompletionCommand::new);
        commands.put("manual", ManualCommand::new);
        commands.put("version", VersionCommand::new);
        return commands;
    }

    /** These describe all the others. */
    private static final Set<String> NEED_THE_WHOLE_TREE = Set.of("completion", "manual");

    /** Runs one command; gives its exit status. */
    public static int run(Terminal terminal, String... args) {
        Map<String, Function<Terminal, Object>> commands = commands();
        Function<Terminal, Object> named = args.length == 0 ? null : commands.get(args[0]);
        if (named != null && !NEED_THE_WHOLE_TREE.contains(args[0])) {
            // A command, and the daemon above all, starts sooner and smaller without the model of the other commands.
            commands = Map.of(args[0], named);
        }
        return whole(terminal, commandLine(terminal, commands).execute(args));
    }

    /** An answer that did not reach its file is none: {@code completion bash > FILE} on a full disk must not end well. */
    private static int whole(Terminal terminal, int status) {
        String lost = status == ExitStatus.DONE || status == ExitStatus.NO ? terminal.lost() : null;
        return lost == null
                ? status
                : said(
                        terminal.err(),
                        "scp-before-relay: the output could not be written (" + lost + ") and is not whole",
                        ExitStatus.CANNOT_WRITE);
    }

    /** The whole tree of commands. */
    public static CommandLine commandLine(Terminal terminal) {
        return commandLine(terminal, commands());
    }

    private static CommandLine commandLine(Terminal terminal, Map<String, Function<Terminal, Object>> commands) {
        CommandLine line = new CommandLine(new Root(terminal));
        commands.forEach((name, make) -> line.addSubcommand(name, make.apply(terminal)));
        line.setOut(terminal.helpOut());
        line.setErr(terminal.err());
        line.setColorScheme(new ColorScheme.Builder(terminal.bold("x").equals("x") ? Ansi.OFF : Ansi.ON)
                .commands(Ansi.Style.bold)
                .options(Ansi.Style.fg_yellow)
                .parameters(Ansi.Style.fg_yellow)
                .build());
        line.setHelpFactory(WholeLinesHelp::new);
        line.setUsageHelpAutoWidth(terminal.isInteractive());
        line.setParameterExceptionHandler((problem, args) -> usage(problem, terminal.err()));
        line.setExecutionExceptionHandler((problem, where, parsed) -> failure(problem, terminal.err(), parsed));
        return line;
    }

    private static int usage(ParameterException problem, PrintWriter err) {
        CommandLine line = problem.getCommandLine();
        err.println("scp-before-relay: " + Misread.of(problem));
        err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
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
            footer = {"", "Start with:", "  scp-before-relay try", "", "Every command has --help."})
    private static final class Root extends Command {
        Root(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            spec.commandLine().usage(terminal.helpErr());
            return ExitStatus.USAGE;
        }
    }

    /** For tests and completion: the environment is not asked. */
    static Terminal plainTerminal(PrintWriter out, PrintWriter err) {
        return new Terminal(out, err, false, Map.of());
    }
}
