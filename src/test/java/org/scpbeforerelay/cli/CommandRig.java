package org.scpbeforerelay.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.daemon.Daemon;

/** Commands as a person types them on one state folder, and a daemon in this process where one is wanted. */
final class CommandRig implements AutoCloseable {
    /** Settings of a daemon that takes no port of this host but one that is free. */
    static final String QUIET = """
            [ssh]
            listen = []
            [lookup]
            listen = ["127.0.0.1:0"]
            [console]
            listen = ""
            """;

    private final Path state;
    private @Nullable Daemon daemon;

    CommandRig(Path state) {
        this.state = state;
    }

    /** How a command ended. */
    record Ended(int exit, String out, String err) {}

    Path settingsFile() {
        return state.resolve("scp-before-relay.toml");
    }

    Ended run(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--state", state.toString()));
        return runAs(all);
    }

    /** Without {@code --state}. */
    static Ended runAs(List<String> words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.run(
                Main.plainTerminal(new PrintWriter(out, true), new PrintWriter(err, true)),
                words.toArray(String[]::new));
        return new Ended(exit, out.toString(), err.toString());
    }

    /** With the settings that are there, else with quiet ones. */
    void serve() throws Exception {
        if (!Files.exists(settingsFile())) {
            Files.writeString(settingsFile(), QUIET);
        }
        daemon = Daemon.start(Places.find(state, null), new SystemClock(), null);
    }

    @Override
    public void close() {
        if (daemon != null) {
            daemon.close();
        }
    }
}
