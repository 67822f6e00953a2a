package org.scpbeforerelay.cli;

import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Help of which a command to copy stays in one line: picocli breaks a line wherever a language may, behind the dot of a file's name
 * too. A line that begins with two blanks is printed as it is, and prose is broken at blanks alone.
 */
final class WholeLinesHelp extends Help {
    WholeLinesHelp(CommandSpec command, ColorScheme colours) {
        super(command, colours);
    }

    @Override
    public String description(Object... parameters) {
        return whole(commandSpec().usageMessage().description());
    }

    @Override
    public String footer(Object... parameters) {
        return whole(commandSpec().usageMessage().footer());
    }

    private String whole(String[] lines) {
        int width = commandSpec().usageMessage().width();
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(line.startsWith("  ") ? line : broken(line, width)).append(System.lineSeparator());
        }
        return text.toString();
    }

    private static String broken(String prose, int width) {
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (String word : prose.split(" ")) {
            if (column > 0 && column + 1 + word.length() > width) {
                text.append(System.lineSeparator());
                column = 0;
            }
            text.append(column == 0 ? "" : " ").append(word);
            column += (column == 0 ? 0 : 1) + word.length();
        }
        return text.toString();
    }
}
