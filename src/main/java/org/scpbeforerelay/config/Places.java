package org.scpbeforerelay.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the files are. With {@code --state DIR} everything lies in that directory; else in the system's places when
 * {@code /etc/scp-before-relay} exists; else in {@code $XDG_STATE_HOME/scp-before-relay} ({@code ~/.local/state} when that is
 * not set), laid out as with {@code --state}. {@code --config FILE} moves the settings file alone, which must then be there. Nothing is made here.
 *
 * @param settingsFile the settings; may be absent
 * @param usersDirectory one {@code NAME.toml} for each user; may be absent
 * @param dataDirectory what the daemon keeps: leases, history, host keys, the console's token
 * @param runDirectory what lasts as long as the daemon: sockets
 */
public record Places(Path settingsFile, Path usersDirectory, Path dataDirectory, Path runDirectory) {
    /** The program's name as the name of its directories. */
    private static final String NAME = "scp-before-relay";

    private static final String SETTINGS = NAME + ".toml";

    /** The places of this process: its environment, its root. */
    public static Places find(@Nullable Path state, @Nullable Path config) throws SettingsException {
        return find(state, config, System.getenv(), Path.of("/"));
    }

    /**
     * The same as a function of the environment.
     *
     * @param state what {@code --state} says; null when it is not given
     * @param config what {@code --config} says; null when it is not given
     * @param root where {@code /etc}, {@code /var} and {@code /run} are
     * @throws SettingsException when there is no place at all, {@code config} is not there, or the control socket's path would be
     *     too long for the kernel
     */
    public static Places find(@Nullable Path state, @Nullable Path config, Map<String, String> environment, Path root)
            throws SettingsException {
        Places places;
        if (state != null) {
            places = in(state.toAbsolutePath());
        } else if (Files.isDirectory(root.resolve("etc").resolve(NAME))) {
            places = system(root);
        } else {
            places = in(ofThisPerson(environment, root));
        }
        Path settings = config == null ? places.settingsFile : named(config.toAbsolutePath());
        places = new Places(settings, places.usersDirectory, places.dataDirectory, places.runDirectory);
        places.checkSocketLength();
        return places;
    }

    /** Where the access tables are; the daemon's own, so that postmap never runs as root. */
    public Path tablesDirectory() {
        return dataDirectory.resolve("tables");
    }

    /** The directory of the record. */
    public Path historyDirectory() {
        return dataDirectory.resolve("history");
    }

    /** The console's token; its owner's alone. */
    public Path consoleTokenFile() {
        return dataDirectory.resolve("console-token");
    }

    /** The socket on which the daemon answers commands. */
    public Path controlSocket() {
        return runDirectory.resolve("control");
    }

    /** The directory of the SSH endpoint's host keys: relative ones lie in the data directory. */
    public Path hostKeysDirectory(Settings settings) {
        return dataDirectory.resolve(settings.ssh().hostKeys());
    }

    private static Places in(Path directory) {
        return new Places(directory.resolve(SETTINGS), directory.resolve("users"), directory, directory.resolve("run"));
    }

    private static Places system(Path root) {
        Path etc = root.resolve("etc").resolve(NAME);
        return new Places(
                etc.resolve(SETTINGS),
                etc.resolve("users"),
                root.resolve("var/lib").resolve(NAME),
                root.resolve("run").resolve(NAME));
    }

    private static Path ofThisPerson(Map<String, String> environment, Path root) throws SettingsException {
        // The XDG Base Directory Specification: a relative path counts as not set.
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        if (state.startsWith("/")) {
            return Path.of(state).resolve(NAME);
        }
        String home = environment.getOrDefault("HOME", "");
        if (home.startsWith("/")) {
            return Path.of(home).resolve(".local/state").resolve(NAME);
        }
        throw new SettingsException(
                List.of(
                        new SettingsException.Problem(
                                root.resolve("etc").resolve(NAME).toString(),
                                0,
                                0,
                                "does not exist, and neither XDG_STATE_HOME nor HOME is set; say where the files are with --state DIR")));
    }

    /** Who names a file means that file: nothing else counts in its place, the defaults neither. */
    private static Path named(Path config) throws SettingsException {
        if (Files.notExists(config)) {
            throw new SettingsException(List.of(new SettingsException.Problem(
                    config.toString(), 0, 0, "there is no such file, and --config names it")));
        }
        return config;
    }

    private void checkSocketLength() throws SettingsException {
        try {
            ListenAddress.Unix.checkLength(controlSocket().toString());
        } catch (IllegalArgumentException e) {
            throw new SettingsException(List.of(new SettingsException.Problem(
                    runDirectory.toString(), 0, 0, e.getMessage() + " with --state DIR, or a symbolic link to it")));
        }
    }
}
