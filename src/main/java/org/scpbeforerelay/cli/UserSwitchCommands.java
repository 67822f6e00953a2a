package org.scpbeforerelay.cli;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.UserEdit;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.lease.UserName;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code user enable}, {@code user disable}, {@code user remove}. */
final class UserSwitchCommands {
    private UserSwitchCommands() {}

    /** {@code user enable}. */
    @CommandLine.Command(name = "enable", description = "Let a disabled user announce again.")
    static final class Enable extends Switch {
        Enable(Terminal terminal) {
            super(terminal, true);
        }
    }

    /** {@code user disable}. */
    @CommandLine.Command(
            name = "disable",
            description = "Keep a user out, but keep its keys; its leases and connections end at once.")
    static final class Disable extends Switch {
        Disable(Terminal terminal) {
            super(terminal, false);
        }
    }

    /** {@code user remove}. */
    @CommandLine.Command(name = "remove", description = "Remove a user; its leases and connections end at once.")
    static final class Remove extends UserCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The user.")
        String name;

        Remove(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() throws SettingsException, ControlException {
            UserName user = name(name);
            Places places = places();
            try {
                UserEdit.remove(places.usersDirectory(), user);
            } catch (NoSuchFileException e) {
                throw noSuchUser(user);
            } catch (IOException e) {
                throw cannotWrite(places, e);
            }
            println("removed " + user);
            tellDaemon();
            return ExitStatus.DONE;
        }
    }

    /** Sets {@code enabled}. */
    abstract static class Switch extends UserCommand {
        private final boolean enabled;

        @Parameters(index = "0", paramLabel = "NAME", description = "The user.")
        String name;

        Switch(Terminal terminal, boolean enabled) {
            super(terminal);
            this.enabled = enabled;
        }

        @Override
        public Integer call() throws SettingsException, ControlException {
            UserName user = name(name);
            change(user, edit -> edit.set("enabled", enabled));
            println((enabled ? "enabled " : "disabled ") + user);
            tellDaemon();
            return ExitStatus.DONE;
        }
    }
}
