package org.scpbeforerelay.story;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.RunningCommand;
import org.scpbeforerelay.rig.SshHostKeys;

/** The daemon as a process of a lab host, with its state folder; and the commands, asked in the same host. */
public final class DaemonProcess implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofMinutes(2);

    private final Host host;
    private final Path state;
    private final @Nullable Path clockFile;
    private @Nullable RunningCommand running;

    private DaemonProcess(Host host, Path state, @Nullable Path clockFile) {
        this.host = host;
        this.state = state;
        this.clockFile = clockFile;
    }

    /** With the machine's own clock. */
    public static DaemonProcess in(Host host, String settings) {
        return make(host, settings, null);
    }

    /** With a clock that the test sets. */
    public static DaemonProcess in(Host host, String settings, Path clockFile) {
        return make(host, settings, clockFile);
    }

    private static DaemonProcess make(Host host, String settings, @Nullable Path clockFile) {
        try {
            Path state = host.folder().resolve("scp-before-relay");
            Files.createDirectories(state.resolve("users"));
            Files.writeString(state.resolve("scp-before-relay.toml"), settings);
            SshHostKeys.copyTo(state.resolve("host-keys"));
            return new DaemonProcess(host, state, clockFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public DaemonProcess start() {
        List<String> command = java();
        if (clockFile == null) {
            command.addAll(List.of("org.scpbeforerelay.cli.Main", "serve", "--state", state.toString()));
        } else {
            command.addAll(List.of(ClockedServe.class.getName(), state.toString(), clockFile.toString()));
        }
        running = host.start("daemon", command.toArray(String[]::new));
        running.awaitOutput("ready: ", START_MAX);
        return this;
    }

    /** Without a chance to write anything. */
    public void kill() {
        signal("KILL");
        process().awaitExit(Duration.ofSeconds(10));
    }

    /** As a service manager does. */
    public void stop() {
        signal("TERM");
        process().awaitExit(Duration.ofSeconds(10));
    }

    public void signal(String name) {
        process().signal(name);
    }

    /** One of the commands, with this daemon's state folder. */
    public CommandResult command(String... arguments) {
        List<String> command = java();
        command.add("org.scpbeforerelay.cli.Main");
        command.addAll(Arrays.asList(arguments));
        command.addAll(List.of("--state", state.toString()));
        return host.exec(command.toArray(String[]::new));
    }

    /** Its state folder. */
    public Path state() {
        return state;
    }

    public String log() {
        return process().output();
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
    }

    private RunningCommand process() {
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running;
    }

    private static List<String> java() {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath));
    }
}
