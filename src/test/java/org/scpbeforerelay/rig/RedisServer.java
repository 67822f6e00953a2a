package org.scpbeforerelay.rig;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** Debian's redis-server or redis-sentinel, from the folder where it was unpacked, on a port of 127.0.0.1, with a folder of its own. */
public final class RedisServer implements AutoCloseable {
    private final Path folder;
    private final int port;
    private final List<String> command;
    private Process process;

    private RedisServer(Path folder, int port, List<String> command) {
        this.folder = folder;
        this.port = port;
        this.command = command;
        this.process = begin();
    }

    /** A server that keeps nothing on disk, unless an option says so. */
    public static RedisServer start(Path folder, String... options) {
        return start(folder, freePort(), options);
    }

    public static RedisServer start(Path folder, int port, String... options) {
        List<String> command = new ArrayList<>(List.of(
                program("redis-server"),
                "--bind",
                "127.0.0.1",
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
        RedisServer server = new RedisServer(folder, port, command);
        server.awaitAnswer();
        return server;
    }

    /** A Sentinel that watches one server under the name {@code relay}. */
    public static RedisServer sentinel(Path folder, RedisServer primary, int quorum) throws IOException {
        int port = freePort();
        Path file = folder.resolve("sentinel.conf");
        Files.writeString(file, """
                bind 127.0.0.1
                port %d
                dir %s
                sentinel monitor relay 127.0.0.1 %d %d
                sentinel down-after-milliseconds relay 1000
                sentinel failover-timeout relay 5000
                """.formatted(port, folder, primary.port, quorum), StandardCharsets.US_ASCII);
        RedisServer sentinel =
                new RedisServer(folder, port, List.of(program("redis-sentinel"), file.toString(), "--sentinel"));
        sentinel.awaitAnswer();
        return sentinel;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** One command, its answer as Redis gives it; an error is a {@link JedisException}. */
    public Object ask(String command, String... arguments) {
        return askAt(port, command, arguments);
    }

    /** The same of any server or Sentinel of 127.0.0.1. */
    public static Object askAt(int port, String command, String... arguments) {
        try (Connection connection = new Connection(new HostAndPort("127.0.0.1", port))) {
            connection.sendCommand(() -> command.getBytes(StandardCharsets.US_ASCII), arguments);
            return Objects.requireNonNullElse(connection.getOne(), "");
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
        ProcessBuilder builder = new ProcessBuilder(command)
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
                    try (Connection connection = new Connection(new HostAndPort("127.0.0.1", port))) {
                        connection.sendCommand(Command.PING);
                        return Objects.equals(connection.getStatusCodeReply(), "PONG");
                    } catch (JedisException e) {
                        // A server with a password answers as well; it is there.
                        return String.valueOf(e.getMessage()).contains("NOAUTH");
                    }
                });
    }

    private static String program(String name) {
        return DebianRoots.require("redis").resolve("usr/bin").resolve(name).toString();
    }

    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            signal("CONT");
        }
        kill();
    }
}
