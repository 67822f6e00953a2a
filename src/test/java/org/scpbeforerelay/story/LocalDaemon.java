package org.scpbeforerelay.story;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.cli.Main;
import org.scpbeforerelay.cli.Terminal;
import org.scpbeforerelay.rig.Commands;
import org.scpbeforerelay.rig.SshHostKeys;
import org.scpbeforerelay.source.ssh.AnnouncingClient;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/**
 * The daemon as a process of this machine, with a state folder of its own and free ports on loopback. Clients come from any
 * address of 127.0.0.0/8; the commands run in this process and go through the control socket.
 */
final class LocalDaemon implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Pattern READY =
            Pattern.compile("ready: .*ssh on (.+?):(\\d+)(?: and .*)?, lookups on ([\\d.]+):(\\d+)");

    private final Path state;
    private final @Nullable Path clockFile;
    private @Nullable Process process;
    private @Nullable Path log;
    private int starts;

    /** How a command ended. */
    record Ended(int exit, String out, String err) {}

    LocalDaemon(Path state) throws IOException {
        this(state, null);
    }

    /** With a clock that the test sets; null for the machine's own. */
    LocalDaemon(Path state, @Nullable Path clockFile) throws IOException {
        this.state = state;
        this.clockFile = clockFile;
        Files.createDirectories(state.resolve("users"));
        settings("");
    }

    /** Settings with what every test needs and some more; the next start takes them. */
    void settings(String more) throws IOException {
        Files.writeString(state.resolve("scp-before-relay.toml"), """
                [lease]
                special_networks = ["127.0.0.0/8"]
                [ssh]
                listen = ["127.0.0.1:0"]
                host_keys = "%s"
                [lookup]
                listen = ["127.0.0.1:0"]
                [console]
                listen = ""
                """.formatted(SshHostKeys.folder()) + more);
    }

    /** A user's file; counts from the next start or reload. */
    void user(String name, KeyPair key, String more) throws IOException {
        Files.writeString(
                state.resolve("users/" + name + ".toml"), "keys = [\"" + AnnouncingClient.line(key) + "\"]\n" + more);
    }

    LocalDaemon start() throws IOException {
        return start(List.of(), Map.of());
    }

    /** Starts by way of a command that becomes the program, such as {@code prlimit}; returns when it is ready. */
    LocalDaemon start(List<String> before, Map<String, String> environment) throws IOException {
        launch(before, environment);
        await().atMost(START_MAX)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> READY.matcher(log()).find() || !process().isAlive());
        if (!process().isAlive()) {
            throw new IllegalStateException("the daemon ended: " + log());
        }
        return this;
    }

    /** The same without waiting for anything. */
    void launch(List<String> before, Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>(Commands.HEEDING_SIGNALS);
        command.addAll(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        if (clockFile == null) {
            command.addAll(List.of(Main.class.getName(), "serve", "--state", state.toString()));
        } else {
            command.addAll(List.of(ClockedServe.class.getName(), state.toString(), clockFile.toString()));
        }
        log = state.resolve("log-" + ++starts);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeAll(List.of("NOTIFY_SOCKET", "JOURNAL_STREAM"));
        builder.environment().putAll(environment);
        process = builder.start();
    }

    InetSocketAddress ssh() {
        return address(1);
    }

    InetSocketAddress lookup() {
        return address(3);
    }

    Path state() {
        return state;
    }

    /** All it has said since its last start. */
    String log() {
        try {
            return log == null ? "" : Files.readString(log);
        } catch (IOException e) {
            return "";
        }
    }

    long pid() {
        return process().pid();
    }

    boolean isAlive() {
        return process().isAlive();
    }

    /** How many file descriptors it has open. */
    long descriptors() throws IOException {
        try (var files = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
            return files.count();
        }
    }

    void signal(String name) {
        try {
            int exit =
                    new ProcessBuilder("kill", "-" + name, "" + pid()).start().waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + name + " exits " + exit);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Stops it; returns when none of its threads runs any more, which is later than the signal is sent. */
    void stopAll() {
        signal("STOP");
        await().atMost(START_MAX).pollInterval(Duration.ofMillis(1)).until(this::isAllStopped);
    }

    private boolean isAllStopped() throws IOException {
        try (var threads = Files.list(Path.of("/proc/" + pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                if (!Files.readString(thread.resolve("status")).contains("\nState:\tT")) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Without a chance to write anything. */
    void kill() throws InterruptedException {
        process().destroyForcibly().waitFor();
    }

    /** Waits for its own end. */
    int awaitExit() throws InterruptedException {
        if (!process().waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("still runs: " + log());
        }
        return process().exitValue();
    }

    /** One of the commands, with this daemon's state folder. */
    Ended command(String... arguments) {
        return commandIn(state, arguments);
    }

    /** The same with another state folder. */
    static Ended commandIn(Path state, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--state", state.toString()));
        Terminal terminal =
                new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), false, Map.of("NO_COLOR", "1"));
        return new Ended(Main.run(terminal, all.toArray(String[]::new)), out.toString(), err.toString());
    }

    /** The rows of {@code leases --json}. */
    List<JsonNode> leases() {
        List<JsonNode> leases = new ArrayList<>();
        Json.read(command("leases", "--json").out()).path("leases").forEach(leases::add);
        return leases;
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    private InetSocketAddress address(int group) {
        Matcher ready = READY.matcher(log());
        if (!ready.find()) {
            throw new IllegalStateException("not ready: " + log());
        }
        return new InetSocketAddress(ready.group(group), Integer.parseInt(ready.group(group + 1)));
    }

    private Process process() {
        if (process == null) {
            throw new IllegalStateException("not started");
        }
        return process;
    }
}
