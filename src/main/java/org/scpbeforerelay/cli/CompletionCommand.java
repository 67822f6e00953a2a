package org.scpbeforerelay.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Parameters;

/** {@code completion}: a script for the shell, made from the commands themselves. */
@CommandLine.Command(
        name = "completion",
        description = "Print a completion script for your shell.",
        footer = {
            "",
            "  bash   scp-before-relay completion bash > /etc/bash_completion.d/scp-before-relay",
            "  zsh    source <(scp-before-relay completion zsh)",
            "  fish   scp-before-relay completion fish > ~/.config/fish/completions/scp-before-relay.fish"
        })
final class CompletionCommand extends Command {
    private static final String NAME = "scp-before-relay";

    /** The shells. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    @Parameters(index = "0", paramLabel = "bash|zsh|fish", description = "Your shell.")
    Shell shell;

    CompletionCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        withoutHidden(root.getCommandSpec());
        terminal.out().print(shell == Shell.fish ? fish(root.getCommandSpec()) : bash(root));
        terminal.out().flush();
        return ExitStatus.DONE;
    }

    /** What is hidden in the help is not offered either. */
    private static void withoutHidden(CommandSpec command) {
        List.copyOf(command.options()).stream().filter(OptionSpec::hidden).forEach(command::remove);
        command.subcommands().values().forEach(below -> withoutHidden(below.getCommandSpec()));
    }

    /** picocli's script serves bash, and zsh through its bashcompinit; its head tells how to install another program. */
    private static String bash(CommandLine root) {
        String script = AutoComplete.bash(NAME, root);
        String[] lines = script.split("\n", -1);
        int code = 0;
        while (lines[code].startsWith("#")) {
            code++;
        }
        return lines[0] + "\n# Completion of " + NAME + " for bash and zsh; '" + NAME
                + " completion --help' says where it goes.\n"
                + String.join("\n", List.of(lines).subList(code, lines.length));
    }

    private static String fish(CommandSpec root) {
        StringBuilder script = new StringBuilder("complete -c " + NAME + " -f\n");
        root.subcommands().forEach((name, line) -> {
            CommandSpec command = line.getCommandSpec();
            line(
                    script,
                    "__fish_use_subcommand",
                    "-a " + name,
                    description(command.usageMessage().description()));
            String within = "__fish_seen_subcommand_from " + name;
            options(script, within, command);
            for (Map.Entry<String, CommandLine> below : command.subcommands().entrySet()) {
                CommandSpec inner = below.getValue().getCommandSpec();
                line(
                        script,
                        within,
                        "-a " + below.getKey(),
                        description(inner.usageMessage().description()));
                options(script, within + "; and __fish_seen_subcommand_from " + below.getKey(), inner);
            }
        });
        return script.toString();
    }

    private static void options(StringBuilder script, String when, CommandSpec command) {
        for (OptionSpec option : command.options()) {
            String takes = option.arity().max() > 0 ? values(option) : "";
            line(script, when, names(option) + takes, description(option.description()));
        }
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            Iterable<String> candidates = parameter.completionCandidates();
            if (candidates != null) {
                line(script, when, "-a '" + String.join(" ", candidates) + "'", description(parameter.description()));
            }
        }
    }

    private static String names(OptionSpec option) {
        return Stream.of(option.names())
                .map(name -> name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1))
                .collect(Collectors.joining(" "));
    }

    private static String values(OptionSpec option) {
        Iterable<String> candidates = option.completionCandidates();
        if (candidates != null) {
            return " -x -a '" + String.join(" ", candidates) + "'";
        }
        return option.type() == Path.class || option.paramLabel().startsWith("FILE") ? " -r -F" : " -x";
    }

    private static void line(StringBuilder script, String when, String what, String description) {
        script.append("complete -c ")
                .append(NAME)
                .append(" -n '")
                .append(when)
                .append("' ")
                .append(what);
        script.append(" -d '").append(description.replace("'", "\\'")).append("'\n");
    }

    private static String description(String[] lines) {
        String first = lines.length == 0 ? "" : lines[0];
        int sentence = first.indexOf(". ");
        return sentence < 0 ? first : first.substring(0, sentence + 1);
    }
}
