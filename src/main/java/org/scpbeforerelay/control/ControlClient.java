package org.scpbeforerelay.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A command's end of the control socket. */
public final class ControlClient implements AutoCloseable {
    private static final int NOT_REACHABLE = 69;
    private static final int NOT_PERMITTED = 77;

    private final Path socket;
    private final SocketChannel connection;
    private final BufferedReader answers;

    private ControlClient(Path socket, SocketChannel connection) {
        this.socket = socket;
        this.connection = connection;
        this.answers =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(connection), StandardCharsets.UTF_8));
    }

    /** Connects; the error says what to do when no daemon is there, or when it is not for this user. */
    public static ControlClient connect(Path socket) throws ControlException {
        try {
            return new ControlClient(socket, SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        } catch (IOException e) {
            boolean there = Files.exists(socket);
            if (there && !Files.isWritable(socket) || e instanceof AccessDeniedException) {
                throw new ControlException(
                        NOT_PERMITTED,
                        "you may not open the control socket " + socket + "; ask as root or as a member of its group",
                        e);
            }
            throw new ControlException(
                    NOT_REACHABLE,
                    "no daemon answers on " + socket + (there ? "" : " (there is no such socket)")
                            + "; start one with 'scp-before-relay serve', or name its folder with --state",
                    e);
        } catch (IllegalArgumentException e) {
            throw new ControlException(64, "the path of the control socket is too long: " + socket, e);
        }
    }

    /** Asks one question; rows go to {@code row}, the last line comes back. */
    public JsonNode ask(ObjectNode question, Consumer<JsonNode> row) throws ControlException {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(Json.line(question) + "\n");
            while (bytes.hasRemaining()) {
                connection.write(bytes);
            }
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
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
        } catch (IOException e) {
            throw new ControlException(NOT_REACHABLE, "the daemon on " + socket + " went away: " + e.getMessage(), e);
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
