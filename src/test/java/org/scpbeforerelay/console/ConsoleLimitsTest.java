package org.scpbeforerelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.SystemClock;

/** What a visitor may cost: bytes, connections, time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsoleLimitsTest {
    private ConsoleRig rig;

    @BeforeAll
    void begin(@TempDir Path state) throws Exception {
        rig = new ConsoleRig(state, new SystemClock());
    }

    @AfterAll
    void end() {
        rig.close();
    }

    @Test
    void anOversizedBodyIsRefusedUnread() throws Exception {
        String answer = rig.raw(
                List.of(
                        "POST /api/v1/leases HTTP/1.1",
                        "Host: 127.0.0.1",
                        "Authorization: Bearer " + rig.token(),
                        "Content-Type: application/json",
                        "Content-Length: 2000000000",
                        "Connection: close"),
                "{\"user\":\"" + "x".repeat(Visit.BODY_BYTES_MAX * 2));
        assertThat(answer).startsWith("HTTP/1.1 413 ");
    }

    @Test
    void anOversizedBodyInChunksIsRefusedToo() throws Exception {
        String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
        String answer = rig.raw(
                List.of(
                        "POST /api/v1/leases HTTP/1.1",
                        "Host: 127.0.0.1",
                        "Authorization: Bearer " + rig.token(),
                        "Content-Type: application/json",
                        "Transfer-Encoding: chunked",
                        "Connection: close"),
                chunk + chunk + "0\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413 ");
    }

    @Test
    void oversizedHeadersEndTheConnection() throws Exception {
        assertThat(rawOrReset("GET / HTTP/1.1", "Host: 127.0.0.1", "X-Long: " + "x".repeat(100_000)))
                .doesNotContain("200 OK");
        List<String> many = new ArrayList<>(List.of("GET / HTTP/1.1", "Host: 127.0.0.1"));
        for (int i = 0; i < 500; i++) {
            many.add("X-" + i + ": y");
        }
        assertThat(rawOrReset(many.toArray(String[]::new))).doesNotContain("200 OK");
        assertThat(rawOrReset("GET /" + "x".repeat(200_000) + " HTTP/1.1", "Host: 127.0.0.1"))
                .doesNotContain("200 OK");
        assertThat(rig.get("/api/v1/status").statusCode()).isEqualTo(200);
    }

    private String rawOrReset(String... head) throws IOException {
        try {
            return rig.raw(List.of(head), "");
        } catch (SocketException e) {
            return "reset";
        }
    }

    @Test
    @Tag("e2e")
    void slowClientsAreCutOffAndHoldNobodyUp() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                Socket socket = new Socket("127.0.0.1", rig.port());
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: 127".getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            long beganNs = System.nanoTime();
            assertThat(rig.get("/api/v1/status").statusCode()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isLessThan(Duration.ofSeconds(2));
            for (Socket socket : slow) {
                socket.setSoTimeout(1_000 * (ConsoleServer.REQUEST_SECONDS + 20));
                assertThat(readOrReset(socket)).isNegative();
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void halfRequestsHoldUpNeitherHealthNorWhoKnowsTheToken() throws Exception {
        List<Socket> half = new ArrayList<>();
        try {
            for (int i = 0; i < ConsoleThreads.MOST + 6; i++) {
                Socket socket = new Socket("127.0.0.1", rig.port());
                String beginning = i % 2 == 0
                        ? "GET /health/live HTTP/1.1\r\nHost: 127"
                        : "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                + "Content-Length: 100\r\n\r\ntok";
                socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
                half.add(socket);
            }
            assertThat(rig.send(rig.request("/health/live")).statusCode()).isEqualTo(200);
            assertThat(rig.get("/api/v1/status").statusCode()).isEqualTo(200);
            // It was not their time that had run out: of those that had a thread, the last still has it.
            assertThat(isOpen(half.get(ConsoleThreads.MOST - 1))).isTrue();
        } finally {
            for (Socket socket : half) {
                socket.close();
            }
        }
    }

    private static boolean isOpen(Socket socket) throws IOException {
        socket.setSoTimeout(1);
        try {
            return readOrReset(socket) >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    /** Who goes away in the middle of an answer is gone, and not counted for as long as an answer may take. */
    @Test
    void whoGoesAwayDoesNotTakeARoomWithThem() throws Exception {
        for (int i = 0; i < 2 * ConsoleServer.CONNECTIONS_MAX; i++) {
            try (Socket socket = new Socket("127.0.0.1", rig.port())) {
                socket.setSoLinger(true, 0); // a reset
                socket.getOutputStream()
                        .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (SocketException e) {
                // Turned away: there is no room already.
            }
        }
        await().atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .until(() -> rig.send(rig.request("/health/live")).statusCode() == 200);
    }

    private static int readOrReset(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException e) {
            return -1;
        }
    }

    @Test
    void moreConnectionsThanThereIsRoomForAreClosedAndTheOthersGoOn() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < ConsoleServer.CONNECTIONS_MAX + 40; i++) {
                idle.add(new Socket("127.0.0.1", rig.port()));
            }
            Socket last = idle.getLast();
            last.setSoTimeout(5_000);
            assertThat(readOrReset(last)).isNegative();
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
        await().atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .until(() -> rig.get("/api/v1/status").statusCode() == 200);
    }
}
