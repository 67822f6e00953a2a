package org.scpbeforerelay.cli;

import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
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
        // picocli's script serves bash, and zsh through its bashcompinit.
        String script = shell == Shell.fish ? fish(root.getCommandSpec()) : AutoComplete.bash(NAME, root);
        terminal.out().print(script);
        terminal.out().flush();
        return ExitStatus.DONE;
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
            String takes = option.arity().max() > 0 ? " -r -F" : "";
            line(script, when, "-l " + option.longestName().substring(2) + takes, description(option.description()));
        }
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
