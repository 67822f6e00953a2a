package org.scpbeforerelay.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A command's end of the control socket. It waits for no answer without end: a daemon that is stopped still has its socket, and the
 * kernel takes questions for it.
 */
public final class ControlClient implements AutoCloseable {
    private static final int NOT_REACHABLE = 69;
    private static final int NOT_PERMITTED = 77;

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Longer than the daemon itself waits for the disk. */
    private static final Duration PATIENCE_TO_RECORD = Duration.ofSeconds(45);

    /** All users and settings are read, and what ends is recorded. */
    private static final Duration PATIENCE_TO_RELOAD = Duration.ofMinutes(2);

    private final Path socket;
    private final SocketChannel connection;
    private final BufferedReader answers;

    private ControlClient(Path socket, SocketChannel connection) {
        this.socket = socket;
        this.connection = connection;
        this.answers =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(connection), StandardCharsets.UTF_8));
    }

    /**
     * Connects; the error says when the socket is not for this user.
     *
     * @param remedy what to do when no daemon is there
     */
    public static ControlClient connect(Path socket, String remedy) throws ControlException {
        try {
            return new ControlClient(socket, connected(socket));
        } catch (IOException e) {
            throw notConnected(socket, remedy, e);
        } catch (IllegalArgumentException e) {
            throw new ControlException(64, "the path of the control socket is too long: " + socket, e);
        }
    }

    /** A blocking connect would wait where as many wait already as the kernel lets wait. */
    private static SocketChannel connected(Path socket) throws IOException, ControlException {
        SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean isConnected = false;
        try {
            connection.configureBlocking(false);
            if (!connection.connect(UnixDomainSocketAddress.of(socket))) {
                throw full(socket);
            }
            connection.configureBlocking(true);
            isConnected = true;
            return connection;
        } finally {
            if (!isConnected) {
                connection.close();
            }
        }
    }

    private static ControlException full(Path socket) {
        return silent(socket, "takes no more questions");
    }

    private static ControlException silent(Path socket, String how) {
        return new ControlException(
                NOT_REACHABLE,
                "the daemon on " + socket + " " + how
                        + ": it is stopped or stuck; its log may say why, and a new start mends it");
    }

    private static ControlException notConnected(Path socket, String remedy, IOException problem) {
        boolean there = Files.exists(socket);
        if (there && !Files.isWritable(socket) || isHidden(socket)) {
            return new ControlException(
                    NOT_PERMITTED,
                    "you may not open the control socket " + socket + "; ask as root or as a member of its group",
                    problem);
        }
        // A socket that nobody listens at refuses; one whose queue is full has the kernel say "try again".
        if (there && problem instanceof SocketException && !(problem instanceof ConnectException)) {
            return full(socket);
        }
        return new ControlException(
                NOT_REACHABLE,
                "no daemon answers on " + socket + (there ? "" : " (there is no such socket)") + "; " + remedy,
                problem);
    }

    /** Whether a folder on the way to it may not be searched: then nobody can tell whether it is there. */
    private static boolean isHidden(Path socket) {
        try {
            Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return false;
        } catch (AccessDeniedException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks one question; rows go to {@code row}, the last line comes back. */
    public JsonNode ask(ObjectNode question, Consumer<JsonNode> row) throws ControlException {
        return ask(question, row, patience(question.path("do").asString("")));
    }

    private static Duration patience(String what) {
        return switch (what) {
            case "grant", "revoke" -> PATIENCE_TO_RECORD;
            case "reload" -> PATIENCE_TO_RELOAD;
            default -> PATIENCE;
        };
    }

    /** @param patience for each line of the answer */
    JsonNode ask(ObjectNode question, Consumer<JsonNode> row, Duration patience) throws ControlException {
        try (Watch watch = new Watch(connection, patience)) {
            try {
                return answer(question, row, watch);
            } catch (IOException e) {
                if (watch.isOver()) {
                    throw silent(socket, "has not answered for " + patience.toSeconds() + " s");
                }
                throw new ControlException(
                        NOT_REACHABLE, "the daemon on " + socket + " went away: " + e.getMessage(), e);
            }
        }
    }

    private JsonNode answer(ObjectNode question, Consumer<JsonNode> row, Watch watch)
            throws ControlException, IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(Json.line(question) + "\n");
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            watch.heard();
            JsonNode answer = Json.read(line);
            if (answer.has("error")) {
                throw new ControlException(
                        answer.path("exit").asInt(70), answer.path("error").asString());
            }
            if (answer.has("end")) {
                return answer;
            }
            row.accept(answer);
        }
        throw new ControlException(NOT_REACHABLE, "the daemon on " + socket + " went away before it had answered");
    }

    /** Closes the connection, which wakes whoever reads from it, when nothing is heard for too long. */
    private static final class Watch implements AutoCloseable {
        private final SocketChannel connection;
        private final long patienceNs;
        private final CountDownLatch answered = new CountDownLatch(1);
        private volatile long heardNs = System.nanoTime();
        private volatile boolean isOver;

        Watch(SocketChannel connection, Duration patience) {
            this.connection = connection;
            this.patienceNs = patience.toNanos();
            Thread.ofPlatform().daemon().name("control-patience").start(this::run);
        }

        void heard() {
            heardNs = System.nanoTime();
        }

        boolean isOver() {
            return isOver;
        }

        private void run() {
            try {
                long leftNs = patienceNs;
                while (leftNs > 0) {
                    if (answered.await(leftNs, TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    leftNs = heardNs + patienceNs - System.nanoTime();
                }
                isOver = true;
                connection.close();
            } catch (InterruptedException | IOException e) {
                isOver = true; // nothing is left to wait for
            }
        }

        @Override
        public void close() {
            answered.countDown();
        }
    }

    /** Asks a question that has no rows. */
    public JsonNode ask(ObjectNode question) throws ControlException {
        return ask(question, row -> {});
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException e) {
            // Nothing is owed to a connection that is being left.
        }
    }
}
