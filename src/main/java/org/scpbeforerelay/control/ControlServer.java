package org.scpbeforerelay.control;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.view.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The daemon's end of the control socket. Each connection has a thread; a broken one harms no other. They are platform threads: the
 * first virtual one that waits needs file handles, and where those are short then, none ever waits again.
 */
public final class ControlServer implements AutoCloseable {
    /** The longest question, in characters. */
    static final int QUESTION_LENGTH_MAX = 64 * 1024;

    private static final int NOT_REACHABLE = 69;

    /** How many commands may ask at once. */
    static final int CONNECTIONS_MAX = 32;

    /** How long a connection may ask nothing while others wait for its place. */
    private static final Duration QUESTION_PATIENCE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    /** The connection that could not be taken still waits: without a pause accepting would spin. */
    private static final long ACCEPT_PAUSE_NS = 100_000_000;

    private static final long COMPLAIN_EVERY_NS = 60_000_000_000L;

    private final Path socket;
    private final ControlHandler handler;
    private final ServerSocketChannel listening;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

    /** Since when a connection has asked nothing; without those whose question is being answered. */
    private final Map<SocketChannel, Long> silentSinceNs = new ConcurrentHashMap<>();

    private final long patienceNs;

    private ControlServer(Path socket, ControlHandler handler, ServerSocketChannel listening, Duration patience) {
        this.socket = socket;
        this.handler = handler;
        this.listening = listening;
        this.patienceNs = patience.toNanos();
    }

    /**
     * Opens the socket. A left-over file of a daemon that is gone is replaced; one that somebody answers on is an
     * {@link IOException}.
     */
    public static ControlServer open(Path socket, ControlHandler handler) throws IOException {
        return open(socket, handler, QUESTION_PATIENCE);
    }

    static ControlServer open(Path socket, ControlHandler handler, Duration patience) throws IOException {
        removeLeftOver(socket);
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listening.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        } catch (IOException | RuntimeException e) {
            listening.close();
            throw e;
        }
        ControlServer server = new ControlServer(socket, handler, listening, patience);
        Thread.ofPlatform().daemon().name("control").start(server::accept);
        return server;
    }

    @Override
    public void close() {
        try {
            listening.close();
            Files.deleteIfExists(socket);
            for (SocketChannel connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            LOG.warn("closing the control socket {}: {}", socket, e.getMessage());
        }
    }

    private static void removeLeftOver(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (answers(socket)) {
            throw new IOException("a daemon is running already and answers on " + socket
                    + "; stop it first, or use another --state folder");
        }
        Files.delete(socket);
    }

    private static boolean answers(Path socket) {
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void accept() {
        long complainedNs = System.nanoTime() - COMPLAIN_EVERY_NS;
        while (true) {
            try {
                SocketChannel connection = listening.accept();
                if (connections.size() >= CONNECTIONS_MAX && !madeRoom()) {
                    turnAway(connection);
                } else {
                    begin(connection);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                // No file handle, or no thread: who ends this loop ends all commands until the next start.
                if (System.nanoTime() - complainedNs >= COMPLAIN_EVERY_NS) {
                    complainedNs = System.nanoTime();
                    LOG.warn(
                            "cannot accept on the control socket {} ({}); raise the limit of open files (LimitNOFILE=, "
                                    + "ulimit -n) or of threads (TasksMax=) if that is what is short",
                            socket,
                            e.getMessage());
                }
                LockSupport.parkNanos(ACCEPT_PAUSE_NS);
            }
        }
    }

    private void begin(SocketChannel connection) throws IOException {
        connections.add(connection);
        silentSinceNs.put(connection, System.nanoTime());
        boolean begun = false;
        try {
            Thread.ofPlatform().daemon().name("control-connection").start(() -> serve(connection));
            begun = true;
        } finally {
            if (!begun) {
                forget(connection);
                connection.close();
            }
        }
    }

    /** Ends the connections that have asked nothing for too long; whether there were any. */
    private boolean madeRoom() throws IOException {
        long nowNs = System.nanoTime();
        boolean made = false;
        for (SocketChannel connection : List.copyOf(silentSinceNs.keySet())) {
            Long sinceNs = silentSinceNs.get(connection);
            // Removed as it was seen: one that asks in this moment stays.
            if (sinceNs != null && nowNs - sinceNs >= patienceNs && silentSinceNs.remove(connection, sinceNs)) {
                connections.remove(connection);
                connection.close();
                made = true;
            }
        }
        return made;
    }

    private static void turnAway(SocketChannel connection) {
        try (connection) {
            String why = "the daemon answers " + CONNECTIONS_MAX + " commands already; try again when one has ended";
            connection.configureBlocking(false);
            connection.write(StandardCharsets.UTF_8.encode(Json.line(error(NOT_REACHABLE, why)) + "\n"));
        } catch (IOException e) {
            LOG.debug("a command that was to be turned away had gone: {}", e.getMessage());
        }
    }

    private void serve(SocketChannel connection) {
        try (connection;
                BufferedReader questions = new BufferedReader(
                        new InputStreamReader(Channels.newInputStream(connection), StandardCharsets.UTF_8));
                Writer answers = new BufferedWriter(
                        new OutputStreamWriter(Channels.newOutputStream(connection), StandardCharsets.UTF_8))) {
            String operator = connection
                    .getOption(ExtendedSocketOptions.SO_PEERCRED)
                    .user()
                    .getName();
            for (String line = readLine(questions); line != null; line = readLine(questions)) {
                silentSinceNs.remove(connection);
                answer(line, operator, answers);
                answers.flush();
                silentSinceNs.put(connection, System.nanoTime());
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("a control connection ended: {}", e.getMessage());
        } finally {
            forget(connection);
        }
    }

    private void forget(SocketChannel connection) {
        connections.remove(connection);
        silentSinceNs.remove(connection);
    }

    private void answer(String line, String operator, Writer answers) throws IOException {
        ObjectNode last;
        try {
            JsonNode question = Json.read(line);
            last = handler.handle(question, operator, row -> write(answers, row))
                    .put("end", true);
        } catch (ControlException e) {
            last = error(e.exitStatus(), String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            last = error(64, String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("a control question failed: {}", line, e);
            last = error(70, "the daemon failed inside; its log says where: " + e);
        }
        write(answers, last);
    }

    private static ObjectNode error(int exitStatus, String message) {
        return Json.object().put("error", message).put("exit", exitStatus);
    }

    private static void write(Writer answers, ObjectNode row) {
        try {
            answers.write(Json.line(row));
            answers.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable String readLine(BufferedReader questions) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = questions.read(); c >= 0; c = questions.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (line.length() == QUESTION_LENGTH_MAX) {
                throw new IOException("a control question of more than " + QUESTION_LENGTH_MAX + " characters");
            }
            line.append((char) c);
        }
        return null;
    }
}
