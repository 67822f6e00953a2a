package org.scpbeforerelay.rig;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Debian's redis-server or redis-sentinel, from the folder where it was unpacked, with a folder of its own: on a port of
 * 127.0.0.1, or on the usual port of a host of a {@link NetworkLab}.
 */
public final class RedisServer implements AutoCloseable {
    private static final int SERVER_PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    private static final String LOOPBACK = "127.0.0.1";

    private final @Nullable Host host;
    private final Path folder;
    private final int port;
    private final List<String> command;
    private Process process;

    private RedisServer(@Nullable Host host, Path folder, int port, List<String> command) {
        this.host = host;
        this.folder = folder;
        this.port = port;
        this.command = command;
        this.process = begin();
    }

    /** A server that keeps nothing on disk, unless an option says so. */
    public static RedisServer start(Path folder, String... options) {
        return start(folder, FreePorts.any(), options);
    }

    public static RedisServer start(Path folder, int port, String... options) {
        return start(null, LOOPBACK, folder, port, options);
    }

    /** A server that keeps nothing on disk on port 6379 of all that a host is. */
    public static RedisServer start(Host host, String... options) throws IOException {
        return start(host, host.v4(), folder(host, "redis"), SERVER_PORT, options);
    }

    private static RedisServer start(@Nullable Host host, String address, Path folder, int port, String... options) {
        List<String> command = new ArrayList<>(List.of(
                program("redis-server"),
                "--bind",
                address,
                "--protected-mode",
                host == null ? "yes" : "no",
                "--port",
                String.valueOf(port),
                "--dir",
                folder.toString(),
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction",
                "--repl-diskless-sync-delay",
                "0"));
        command.addAll(List.of(options));
        RedisServer server = new RedisServer(host, folder, port, host == null ? command : withFile(command, folder));
        server.awaitAnswer();
        return server;
    }

    /** The options in a file, to which Sentinel writes who is whose replica: the server starts again as what it was. */
    private static List<String> withFile(List<String> command, Path folder) {
        StringBuilder text = new StringBuilder();
        for (String word : command.subList(1, command.size())) {
            text.append(word.startsWith("--") ? "\n" + word.substring(2) : " " + (word.isEmpty() ? "\"\"" : word));
        }
        try {
            Path file = Files.writeString(folder.resolve("redis.conf"), text.append('\n'));
            return List.of(command.getFirst(), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A Sentinel that watches one server under the name {@code relay}. */
    public static RedisServer sentinel(Path folder, RedisServer primary, int quorum) throws IOException {
        return sentinel(null, LOOPBACK, folder, FreePorts.any(), primary, quorum);
    }

    /** The same on port 26379 of a host. */
    public static RedisServer sentinel(Host host, RedisServer primary, int quorum) throws IOException {
        return sentinel(host, host.v4(), folder(host, "sentinel"), SENTINEL_PORT, primary, quorum);
    }

    private static RedisServer sentinel(
            @Nullable Host host, String address, Path folder, int port, RedisServer primary, int quorum)
            throws IOException {
        Path file = folder.resolve("sentinel.conf");
        Files.writeString(
                file,
                """
                bind %s
                port %d
                dir %s
                sentinel monitor relay %s %d %d
                sentinel down-after-milliseconds relay 1000
                sentinel failover-timeout relay 5000
                """.formatted(address, port, folder, primary.address(), primary.port, quorum),
                StandardCharsets.US_ASCII);
        RedisServer sentinel =
                new RedisServer(host, folder, port, List.of(program("redis-sentinel"), file.toString(), "--sentinel"));
        sentinel.awaitAnswer();
        return sentinel;
    }

    private static Path folder(Host host, String name) throws IOException {
        return Files.createDirectory(host.folder().resolve(name));
    }

    public int port() {
        return port;
    }

    /** 127.0.0.1, or its host's. */
    public String address() {
        return host == null ? LOOPBACK : host.v4();
    }

    /** The lab's host that it runs in. */
    public Host host() {
        return Objects.requireNonNull(host, "it runs in no lab");
    }

    public long pid() {
        return process.pid();
    }

    /** One command, its answer as Redis gives it; an error is a {@link JedisException}. */
    public Object ask(String command, String... arguments) {
        return there(() -> ask(address(), port, command, arguments));
    }

    /** Like {@link #ask}, all of the answer as one text. */
    public String said(String command, String... arguments) {
        return text(ask(command, arguments));
    }

    private static String text(Object answer) {
        return switch (answer) {
            case byte[] bytes -> new String(bytes, StandardCharsets.UTF_8);
            case List<?> list ->
                list.stream()
                        .map(one -> text(Objects.requireNonNull(one)))
                        .toList()
                        .toString();
            default -> String.valueOf(answer);
        };
    }

    private static Object ask(String address, int port, String command, String... arguments) {
        try (Connection connection = new Connection(new HostAndPort(address, port))) {
            connection.sendCommand(() -> command.getBytes(StandardCharsets.US_ASCII), arguments);
            return Objects.requireNonNullElse(connection.getOne(), "");
        }
    }

    private <T> T there(Callable<T> work) {
        try {
            return host == null ? work.call() : host.inside(work);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** As by {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The same server again, on what is in its folder. */
    public void startAgain() {
        process = begin();
        awaitAnswer();
    }

    /** It hangs: connections stay open and nothing is answered. */
    public void stop() {
        signal("STOP");
    }

    /** It goes on after {@link #stop}. */
    public void goOn() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Process begin() {
        Path libraries = DebianRoots.require("redis").resolve("usr/lib/x86_64-linux-gnu");
        ProcessBuilder builder = new ProcessBuilder(host == null ? command : host.commandLine(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("redis.log").toFile()));
        builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitAnswer() {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("it ended: " + Files.readString(folder.resolve("redis.log")));
                    }
                    try {
                        return said("PING").equals("PONG");
                    } catch (JedisException e) {
                        // A server with a password answers as well; it is there.
                        return String.valueOf(e.getMessage()).contains("NOAUTH");
                    }
                });
    }

    private static String program(String name) {
        return DebianRoots.require("redis").resolve("usr/bin").resolve(name).toString();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            signal("CONT");
        }
        kill();
    }
}
