package org.scpbeforerelay.cli;

import java.util.List;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.UserFile;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.lease.UserName;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code user key add} and {@code user key remove}. */
final class UserKeyCommands {
    private UserKeyCommands() {}

    /** {@code user key} alone. */
    @CommandLine.Command(
            name = "key",
            description = "Give a user a key, or take one away.",
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

    /** {@code user key add}. */
    @CommandLine.Command(
            name = "add",
            description = "Give a user keys.",
            footer = {
                "",
                "A line may have options as in authorized_keys: from=\"…\", expiry-time=\"…\", device=\"gwaihir\", cert-authority."
            })
    static final class Add extends UserCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The user.")
        String name;

        @Parameters(
                index = "1",
                paramLabel = "FILE|-",
                description = "Public keys, authorized_keys lines; - reads standard input.")
        String file;

        Add(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() throws SettingsException, ControlException {
            UserName user = name(name);
            List<AuthorizedKey> keys = readKeys(file);
            for (AuthorizedKey former : known(user).keys()) {
                if (keys.stream().anyMatch(key -> key.blob().equals(former.blob()))) {
                    throw new CommandFailure(
                            ExitStatus.NO,
                            user + " has the key " + former.fingerprint() + " " + former.comment()
                                    + " already; nothing is changed");
                }
            }
            change(user, edit -> keys.forEach(edit::addKey));
            keys.forEach(key -> println("added " + key.type() + " " + key.fingerprint() + " to " + user));
            tellDaemon();
            return ExitStatus.DONE;
        }
    }

    /** {@code user key remove}. */
    @CommandLine.Command(
            name = "remove",
            description = "Take a key away from a user; its leases and connections end at once.")
    static final class Remove extends UserCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The user.")
        String name;

        @Parameters(
                index = "1",
                paramLabel = "FINGERPRINT|COMMENT",
                description = "SHA256:… as 'user show' prints it, or the comment of one single key.")
        String which;

        Remove(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() throws SettingsException, ControlException {
            UserName user = name(name);
            UserFile file = known(user);
            List<AuthorizedKey> chosen = file.keys().stream()
                    .filter(key ->
                            key.fingerprint().equals(which) || key.comment().equals(which))
                    .toList();
            if (chosen.size() != 1) {
                throw new CommandFailure(
                        ExitStatus.NO,
                        (chosen.isEmpty() ? "no key of " : chosen.size() + " keys of ") + user + " is called '" + which
                                + "'; 'user show " + user + "' lists them with their fingerprints");
            }
            AuthorizedKey key = chosen.getFirst();
            change(user, edit -> edit.removeKey(key.blob()));
            println("removed " + key.type() + " " + key.fingerprint() + " from " + user);
            tellDaemon();
            return ExitStatus.DONE;
        }
    }
}
