package org.scpbeforerelay.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code manual}: the manual pages, made from the commands themselves, so that they cannot say anything else. */
@CommandLine.Command(
        name = "manual",
        description = "Print a manual page (roff, man(7)); or write all of them into a folder.",
        footer = {
            "",
            "  scp-before-relay manual serve | man -l -",
            "  scp-before-relay manual --write /usr/local/share/man/man1"
        })
final class ManualCommand extends Command {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "COMMAND",
            description = "Whose page; without it, the program's.")
    @Nullable
    String command;

    @Option(names = "--write", paramLabel = "DIR", description = "Write every page into this folder.")
    @Nullable
    Path directory;

    ManualCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        Map<String, CommandSpec> pages = pages(spec.root());
        if (directory != null) {
            write(pages, directory);
            println("wrote " + pages.size() + " pages into " + directory);
            return ExitStatus.DONE;
        }
        String name = command == null ? spec.root().name() : spec.root().name() + "-" + command;
        CommandSpec wanted = pages.get(name);
        if (wanted == null) {
            throw usage("there is no command '" + command + "'");
        }
        terminal.out().print(ManPage.of(wanted));
        terminal.out().flush();
        return ExitStatus.DONE;
    }

    private static void write(Map<String, CommandSpec> pages, Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
            }
            for (Map.Entry<String, CommandSpec> page : pages.entrySet()) {
                Files.writeString(directory.resolve(page.getKey() + ".1"), ManPage.of(page.getValue()));
            }
        } catch (FileSystemException e) {
            throw CommandFailure.cannotWrite(e, "name a folder that you may write, with --write DIR");
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_WRITE, "the pages cannot be written into " + directory + ": " + e.getMessage());
        }
    }

    /** Every page by its name: {@code scp-before-relay}, {@code scp-before-relay-serve}, … */
    static Map<String, CommandSpec> pages(CommandSpec root) {
        Map<String, CommandSpec> pages = new LinkedHashMap<>();
        collect(root, pages);
        return pages;
    }

    private static void collect(CommandSpec command, Map<String, CommandSpec> pages) {
        pages.put(command.qualifiedName("-"), command);
        for (CommandLine below : command.subcommands().values()) {
            collect(below.getCommandSpec(), pages);
        }
    }
}
