package org.scpbeforerelay.cli;

import java.util.List;
import org.scpbeforerelay.spelling.Nearest;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What to say of a command line that cannot be understood: the word that is wrong, and the right one where it is near. */
final class Misread {
    private Misread() {}

    static String of(ParameterException problem) {
        CommandLine line = problem.getCommandLine();
        CommandSpec command = line.getCommandSpec();
        boolean isUnmatched = problem instanceof UnmatchedArgumentException;
        // A required option that is missing is missed first, and may be the very one that was mistyped.
        List<String> unmatched = problem instanceof UnmatchedArgumentException words
                ? words.getUnmatched()
                : line.getUnmatchedArguments();
        for (String word : unmatched) {
            if (word.matches("-.+")) {
                String option = word.replaceFirst("=.*", "");
                return "there is no option '" + option + "'"
                        + Nearest.hint(option, command.optionsMap().keySet());
            }
        }
        if (!isUnmatched || unmatched.isEmpty()) {
            return String.valueOf(problem.getMessage());
        }
        String word = unmatched.getFirst();
        return command.subcommands().isEmpty()
                ? "'" + word + "' is one word too many"
                : "there is no command '" + word + "'"
                        + Nearest.hint(word, command.subcommands().keySet());
    }
}
