package org.scpbeforerelay.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.control.ControlClient;
import org.scpbeforerelay.daemon.Daemon;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A daemon with a console and no SSH endpoint, in this process; users gerard and frodo. */
public final class ConsoleRig implements AutoCloseable {
    private final Path state;
    private final Clock clock;
    private final HttpClient client = HttpClient.newHttpClient();
    private Daemon daemon;

    public ConsoleRig(Path state, Clock clock) throws Exception {
        this(state, clock, "");
    }

    /** With more settings. */
    public ConsoleRig(Path state, Clock clock, String more) throws Exception {
        this.state = state;
        this.clock = clock;
        Files.createDirectories(state.resolve("users"));
        Files.writeString(state.resolve("users/gerard.toml"), "devices = 8\n");
        Files.writeString(state.resolve("users/frodo.toml"), "senders = [\"@shire.example\"]\n");
        Files.writeString(state.resolve("scp-before-relay.toml"), """
                [lease]
                special_networks = ["203.0.113.0/24", "2001:db8::/32"]
                [ssh]
                listen = []
                [lookup]
                listen = ["127.0.0.1:0"]
                [console]
                listen = "127.0.0.1:0"
                """ + more);
        daemon = begin();
    }

    private Daemon begin() throws Exception {
        return Daemon.start(Places.find(state, null), clock, null);
    }

    public void restart() throws Exception {
        daemon.close();
        daemon = begin();
    }

    Path state() {
        return state;
    }

    /** With the token. */
    public URI address() {
        String address = daemon.consoleAddressWithToken();
        if (address == null) {
            throw new IllegalStateException("there is no console");
        }
        return URI.create(address);
    }

    String token() {
        return address().getQuery().replace("token=", "");
    }

    int port() {
        return address().getPort();
    }

    /** A mail server's question by tcp_table. */
    public String lookup(String address) throws IOException {
        return ask("get " + address + "\n");
    }

    /** Postfix's question about the first recipient of a mail. */
    public String mail(String address) throws IOException {
        return ask("request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=" + address
                + "\nsender=gerard@example.org\nrecipient=frodo@example.net\ninstance=1.6740a1b2.c3d4e.0\n\n");
    }

    /** Any question, as a mail server would write it. */
    String ask(String question) throws IOException {
        InetSocketAddress where = daemon.lookupAddress();
        try (Socket socket = new Socket(where.getAddress(), where.getPort())) {
            socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[200];
            int length = socket.getInputStream().read(answer);
            return new String(answer, 0, length, StandardCharsets.US_ASCII).strip();
        }
    }

    /** What an operator's command does. */
    public JsonNode command(ObjectNode question) throws Exception {
        try (ControlClient control = ControlClient.connect(state.resolve("run/control"), "start it")) {
            return control.ask(question, row -> {});
        }
    }

    public JsonNode grant(String principal, String address) throws Exception {
        return command(
                Json.object().put("do", "grant").put("principal", principal).put("address", address));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address().resolve(path));
    }

    /** With the token, for programs. */
    HttpRequest.Builder asProgram(String path) {
        return request(path).header("Authorization", "Bearer " + token());
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(asProgram(path));
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(asProgram(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    HttpResponse<InputStream> stream(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofInputStream());
    }

    /** The cookie that the token's address gives. */
    String cookie() throws IOException, InterruptedException {
        HttpResponse<String> answer = send(request("/?token=" + token()));
        return answer.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
    }

    /** Sends bytes as they are; gives all that comes back until the connection is closed. */
    String raw(List<String> head, String body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write((String.join("\r\n", head) + "\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        client.close();
        daemon.close();
    }
}
