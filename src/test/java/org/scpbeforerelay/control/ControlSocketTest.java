package org.scpbeforerelay.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ObjectNode;

/** Neither end of the control socket waits for the other without end. */
final class ControlSocketTest {
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);
    private static final ObjectNode STATUS = Json.object().put("do", "status");

    @TempDir
    Path folder;

    private final List<SocketChannel> silent = new ArrayList<>();

    private Path socket() {
        return folder.resolve("control");
    }

    private static ObjectNode answer() {
        return Json.object().put("well", true);
    }

    @AfterEach
    void leave() throws IOException {
        for (SocketChannel one : silent) {
            one.close();
        }
    }

    @Test
    void aDaemonThatDoesNotAnswerIsSaidToBeStoppedOrStuck() throws Exception {
        try (ServerSocketChannel stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stopped.bind(UnixDomainSocketAddress.of(socket()));
            try (ControlClient client = ControlClient.connect(socket(), "start one")) {
                ControlException silence =
                        catchThrowableOfType(ControlException.class, () -> client.ask(STATUS, row -> {}, AT_ONCE));
                assertThat(silence.exitStatus()).isEqualTo(69);
                assertThat(silence)
                        .hasMessageContaining("has not answered for")
                        .hasMessageContaining("stopped or stuck");
            }
        }
    }

    @Test
    void whereTooManyWaitAlreadyNobodyWaitsBesides() throws Exception {
        try (ServerSocketChannel stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stopped.bind(UnixDomainSocketAddress.of(socket()), 1);
            ControlException full = null;
            while (full == null) {
                try {
                    ControlClient.connect(socket(), "start one");
                } catch (ControlException e) {
                    full = e;
                }
            }
            assertThat(full.exitStatus()).isEqualTo(69);
            assertThat(full).hasMessageContaining("takes no more questions: it is stopped or stuck");
        }
    }

    @Test
    void aSocketThatADaemonLeftBehindIsNobody() throws Exception {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket()))
                .close();
        ControlException nobody =
                catchThrowableOfType(ControlException.class, () -> ControlClient.connect(socket(), "start one"));
        assertThat(nobody).hasMessageContaining("no daemon answers on").hasMessageNotContaining("no such socket");
    }

    @Test
    void connectionsThatAskNothingGiveTheirPlacesToThoseThatDo() throws Exception {
        try (ControlServer server =
                ControlServer.open(socket(), (question, operator, row) -> answer(), Duration.ZERO)) {
            beSilent();
            try (ControlClient client = ControlClient.connect(socket(), "start one")) {
                assertThat(client.ask(STATUS).path("well").asBoolean()).isTrue();
            }
            assertThat(server).isNotNull();
        }
    }

    @Test
    void connectionsThatWillAskSoonKeepTheirPlaces() throws Exception {
        try (ControlServer server = ControlServer.open(socket(), (question, operator, row) -> answer(), NEVER)) {
            beSilent();
            await().untilAsserted(() -> {
                try (ControlClient client = ControlClient.connect(socket(), "start one")) {
                    ControlException turnedAway =
                            catchThrowableOfType(ControlException.class, () -> client.ask(STATUS));
                    assertThat(turnedAway).hasMessageContaining("commands already; try again");
                }
            });
            assertThat(server).isNotNull();
        }
    }

    private void beSilent() throws IOException {
        for (int i = 0; i < ControlServer.CONNECTIONS_MAX; i++) {
            silent.add(SocketChannel.open(UnixDomainSocketAddress.of(socket())));
        }
    }
}
