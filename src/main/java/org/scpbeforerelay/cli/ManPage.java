package org.scpbeforerelay.cli;

import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** One command as a manual page in the macros of man(7). */
final class ManPage {
    private final StringBuilder page = new StringBuilder();

    private ManPage() {}

    static String of(CommandSpec command) {
        ManPage page = new ManPage();
        page.write(command);
        return page.page.toString();
    }

    private void write(CommandSpec command) {
        String name = command.qualifiedName("-");
        String[] description = command.usageMessage().description();
        line(".TH " + name.toUpperCase(java.util.Locale.ROOT).replace("-", "\\-")
                + " 1 \"\" \"scp-before-relay\" \"User Commands\"");
        line(".SH NAME");
        line(escape(name) + " \\- " + escape(firstSentence(description)));
        line(".SH SYNOPSIS");
        Help help = new Help(command, Help.defaultColorScheme(Help.Ansi.OFF));
        line(".nf");
        line(escape(help.synopsis(0).trim()));
        line(".fi");
        line(".SH DESCRIPTION");
        for (String paragraph : description) {
            paragraph(paragraph);
        }
        if (!command.positionalParameters().isEmpty()) {
            line(".SH ARGUMENTS");
            for (PositionalParamSpec parameter : command.positionalParameters()) {
                item("\\fI" + escape(parameter.paramLabel()) + "\\fR", parameter.description());
            }
        }
        line(".SH OPTIONS");
        for (OptionSpec option : command.options()) {
            if (option.hidden()) {
                continue;
            }
            String takes = option.arity().max() > 0 ? " \\fI" + escape(option.paramLabel()) + "\\fR" : "";
            item("\\fB" + escape(String.join(", ", option.names())) + "\\fR" + takes, option.description());
        }
        if (!command.subcommands().isEmpty()) {
            line(".SH COMMANDS");
            command.subcommands()
                    .forEach((word, below) -> item(
                            "\\fB" + escape(word) + "\\fR",
                            below.getCommandSpec().usageMessage().description()));
        }
        notes(command.usageMessage().footer());
        line(".SH SEE ALSO");
        line(command.parent() == null ? "postconf(5), ssh(1), scp(1), sftp(1)" : "scp\\-before\\-relay(1)");
    }

    private void notes(String[] footer) {
        if (footer.length == 0) {
            return;
        }
        line(".SH NOTES");
        boolean literal = false;
        for (String text : footer) {
            boolean indented = text.startsWith("  ");
            if (indented != literal) {
                line(indented ? ".nf" : ".fi");
                literal = indented;
            }
            if (text.isEmpty()) {
                line(".PP");
            } else {
                line(escape(text));
            }
        }
        if (literal) {
            line(".fi");
        }
    }

    private void item(String term, String[] description) {
        line(".TP");
        line(term);
        line(escape(String.join(" ", description)));
    }

    private void paragraph(String text) {
        if (!text.isBlank()) {
            line(".PP");
            line(escape(text));
        }
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    private static String firstSentence(String[] description) {
        String text = String.join(" ", description).trim();
        int colon = text.indexOf(": ");
        int stop = text.indexOf(". ");
        int end = stop < 0 ? text.length() : stop;
        return (colon > 0 && colon < end ? text.substring(0, colon) : text.substring(0, end)).replaceFirst("\\.$", "");
    }

    /** Backslashes and hyphens mean something to roff, and so does a dot or an apostrophe at the start of a line. */
    private static String escape(String text) {
        String escaped = text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("%n", "\n")
                .replace("%%", "%");
        return escaped.lines()
                .map(line -> line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line)
                .reduce((one, next) -> one + "\n" + next)
                .orElse("");
    }
}
