package org.scpbeforerelay.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.SettingsFile;
import org.scpbeforerelay.config.UserEdit;
import org.scpbeforerelay.config.UserFile;
import org.scpbeforerelay.config.UsersDirectory;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.key.KeySyntaxException;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.view.Counted;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code user}: who may announce. What its commands have in common: the files, and telling the daemon. */
abstract class UserCommand extends Command {
    UserCommand(Terminal terminal) {
        super(terminal);
    }

    /** {@code user} with all that stands below it. */
    static CommandLine commandLine(Terminal terminal) {
        CommandLine key = new CommandLine(new UserKeyCommands.Group(terminal));
        key.addSubcommand(new UserKeyCommands.Add(terminal));
        key.addSubcommand(new UserKeyCommands.Remove(terminal));
        CommandLine user = new CommandLine(new Group(terminal));
        user.addSubcommand(new UserAddCommand(terminal));
        user.addSubcommand(new UserListCommands.ListAll(terminal));
        user.addSubcommand(new UserListCommands.Show(terminal));
        user.addSubcommand(new UserSwitchCommands.Remove(terminal));
        user.addSubcommand(new UserSwitchCommands.Enable(terminal));
        user.addSubcommand(new UserSwitchCommands.Disable(terminal));
        user.addSubcommand(new UserClientCommand(terminal));
        user.addSubcommand(key);
        return user;
    }

    /** {@code user} alone. */
    @CommandLine.Command(
            name = "user",
            description = "Keep users: who may announce, with which keys.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Group extends Command {
        Group(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            spec.commandLine().usage(terminal.helpErr());
            return ExitStatus.USAGE;
        }
    }

    Settings settings() throws SettingsException {
        return SettingsFile.read(places().settingsFile());
    }

    UsersDirectory users() throws SettingsException {
        return UsersDirectory.read(places().usersDirectory(), settings());
    }

    UserName name(String text) {
        try {
            return new UserName(text);
        } catch (IllegalArgumentException e) {
            throw usage("'" + text + "' is no user name: " + e.getMessage());
        }
    }

    UserFile known(UserName name) throws SettingsException {
        UserFile user = users().user(name);
        if (user == null) {
            throw noSuchUser(name);
        }
        return user;
    }

    static CommandFailure noSuchUser(UserName name) {
        return new CommandFailure(
                ExitStatus.NO,
                "there is no user '" + name + "'; 'user list' shows all, 'user add " + name + "' makes one");
    }

    /** Makes a user's file. */
    void create(UserName name, Consumer<UserEdit> edit) throws SettingsException {
        Places places = places();
        try {
            UserEdit.create(places.usersDirectory(), name, settings(), edit);
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_WRITE,
                    "there is a user '" + name + "' already; 'user key add " + name + "' gives it a key");
        } catch (IOException e) {
            throw cannotWrite(places, e);
        }
    }

    /** Changes a user's file. */
    void change(UserName name, Consumer<UserEdit> edit) throws SettingsException {
        Places places = places();
        try {
            UserEdit.change(places.usersDirectory(), name, settings(), edit);
        } catch (NoSuchFileException e) {
            throw noSuchUser(name);
        } catch (IOException e) {
            throw cannotWrite(places, e);
        }
    }

    static CommandFailure cannotWrite(Places places, IOException problem) {
        return new CommandFailure(
                ExitStatus.CANNOT_WRITE,
                "the users in " + places.usersDirectory() + " cannot be written: "
                        + problem.getClass().getSimpleName() + " " + problem.getMessage()
                        + "; on a mail host, ask as root");
    }

    /** Has a running daemon take the change into force; without one it counts from the next start. */
    void tellDaemon() throws SettingsException, ControlException {
        try {
            JsonNode answer = ask(Json.object().put("do", "reload").put("written", true));
            long revoked = answer.path("revoked").asLong();
            println("In force" + (revoked == 0 ? "." : "; " + Counted.of(revoked, "lease", "leases") + " ended."));
        } catch (ControlException e) {
            if (e.exitStatus() == ExitStatus.NOT_PERMITTED) {
                throw new CommandFailure(e.exitStatus(), "written, but not in force: " + e.getMessage() + ": reload");
            }
            if (e.exitStatus() != ExitStatus.NOT_REACHABLE) {
                throw e;
            }
            println(terminal.dim("No daemon runs here; it counts from the next start."));
        }
    }

    /** The keys in a file of authorized_keys lines, or in standard input for {@code -}. */
    List<AuthorizedKey> readKeys(@Nullable String file) {
        if (file == null) {
            return List.of();
        }
        String from = file.equals("-") ? "standard input" : file;
        List<AuthorizedKey> keys = new ArrayList<>();
        int number = 0;
        for (String line : read(file).lines().toList()) {
            number++;
            String text = line.trim();
            if (!text.isEmpty() && !text.startsWith("#")) {
                try {
                    keys.add(AuthorizedKey.parse(text));
                } catch (KeySyntaxException e) {
                    throw new CommandFailure(ExitStatus.CONFIGURATION, from + ":" + number + ": " + e.getMessage());
                }
            }
        }
        if (keys.isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.CONFIGURATION,
                    from + " has no key in it; expected a public key, as in ~/.ssh/id_ed25519.pub");
        }
        return keys;
    }

    private static String read(String file) {
        try {
            return file.equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitStatus.NO, "there is no file " + file);
        } catch (IOException e) {
            throw new CommandFailure(ExitStatus.NO, file + " cannot be read: " + e.getMessage());
        }
    }
}
