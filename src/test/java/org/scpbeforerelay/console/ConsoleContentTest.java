package org.scpbeforerelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.SettableClock;

/** What the page says, whoever reads it with whatever. */
final class ConsoleContentTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();

    @Test
    void thePastOfAUserIsABarForEachLeaseAStrokeForEachMoveAndADiamondForEachRefusal() throws Exception {
        try (ConsoleRig rig = new ConsoleRig(folder.resolve("state"), clock)) {
            rig.grant("gerard/gwaihir", "203.0.113.7");
            clock.passMs(3_600_000 / 4);
            rig.grant("gerard/gwaihir", "203.0.113.8");
            rig.grant("gerard/phone", "0.0.0.0");
            for (String path : List.of("/", "/?span=7d", "/users/gerard")) {
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(rig.get(path).body())
                                .as(path)
                                .contains("gerard: 2 leases on 1 device, 1 change of address, 1 refusal")
                                .contains("gwaihir: 203.0.113.7 → 203.0.113.8")
                                .contains("phone refused: address-not-allowed")
                                .containsPattern(
                                        "<rect rx=\"2\" class=\"lease over\"[^>]*><title>gwaihir on 203\\.0\\.113\\.7, ")
                                .containsPattern(
                                        "<rect rx=\"2\" class=\"lease\"[^>]*><title>gwaihir on 203\\.0\\.113\\.8, ")
                                .contains("class=\"moved\"", "class=\"refusal\""));
            }
        }
    }

    @Test
    void whatHappensByTheMinuteIsDrawnAndSaid() throws Exception {
        try (ConsoleRig rig = new ConsoleRig(folder.resolve("state"), clock)) {
            rig.grant("gerard/gwaihir", "203.0.113.7");
            rig.grant("gerard/tablet", "203.0.113.8");
            clock.passMs(60_000);
            rig.grant("gerard/phone", "0.0.0.0");
            for (int i = 0; i < 3; i++) {
                rig.lookup("203.0.113.7");
            }
            rig.lookup("198.51.100.9");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(rig.get("/").body())
                            .contains(
                                    "Announcements of the last three hours: 2 granted or renewed; at most 2 in a minute")
                            .contains("Refusals of the last three hours: 1 refused; at most 1 in a minute")
                            .contains("of the last three hours: 3 permitted, 1 not permitted; at most 4 in a minute")
                            .containsPattern("<path class=\"one\" d=\"M0 0M178\\.1 60\\.0h\\.8v-30\\.0h-\\.8z\"/>"));
        }
    }

    @Test
    void whoAskedAndWasNotPermittedIsListedOnceWithTheReasonAndHowOften() throws Exception {
        try (ConsoleRig rig = new ConsoleRig(folder.resolve("state"), clock)) {
            rig.grant("gerard/gwaihir", "203.0.113.7");
            for (String asked : List.of("198.51.100.9", "203.0.113.7", "198.51.100.9", "198.51.100.9")) {
                rig.lookup(asked);
            }
            assertThat(section(rig.get("/").body(), "asked"))
                    .contains("/address?address=198.51.100.9", "no lease", "<td class=\"number\">3</td>")
                    .doesNotContain("203.0.113.7");
        }
    }

    @Test
    void whatIsWrongStandsOnTopAndAtItsPartWithTheRemedy() throws Exception {
        Path state = folder.resolve("state");
        // Where a table is to be, somebody has made a directory.
        Files.createDirectories(state.resolve("tables/relay-clients/in-the-way"));
        String table = "[[table]]\nname = \"relay-clients\"\ntype = \"lines\"\n";
        try (ConsoleRig rig = new ConsoleRig(state, clock, table)) {
            await().atMost(SOON).untilAsserted(() -> {
                String page = rig.get("/").body();
                String said = "table lines:relay-clients: cannot write " + state.resolve("tables/relay-clients");
                String remedy = "must own the folder, and the disk must have room";
                assertThat(section(page, "hero")).contains("role=\"alert\"", "Something is wrong", said, remedy);
                assertThat(section(page, "parts"))
                        .contains("Table<span class=\"unseen\">: has a problem", said, remedy);
            });
            assertThat(rig.send(rig.request("/metrics")).body()).contains("scp_before_relay_problems 1\n");
        }
    }

    @Test
    void whatAStrangerWritesIntoAMailIsShownAsText() throws Exception {
        String evil = "\"<script>document.title='owned'</script>\"@example.org";
        try (ConsoleRig rig = new ConsoleRig(folder.resolve("state"), clock)) {
            rig.grant("gerard/gwaihir", "203.0.113.7");
            for (String state : List.of("RCPT", "DATA")) {
                assertThat(policy(rig, state, evil)).startsWith("action=");
            }
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(rig.get("/api/v1/history").body()).contains("document.title"));
            for (String path : List.of("/", "/record", "/record?q=script", "/users/gerard")) {
                assertThat(rig.get(path).body()).as(path).doesNotContain("<script>document", "'owned'</script>");
            }
            assertThat(rig.get("/record").body()).contains("&lt;script&gt;document.title");
        }
    }

    private static String policy(ConsoleRig rig, String state, String sender) throws IOException {
        boolean data = state.equals("DATA");
        return rig.ask(String.join(
                "\n",
                "request=smtpd_access_policy",
                "protocol_state=" + state,
                "client_address=203.0.113.7",
                "helo_name=<b>gwaihir</b>",
                "sender=" + sender,
                "recipient=" + (data ? "" : "friend@example.com"),
                "recipient_count=" + (data ? "1" : "0"),
                "queue_id=" + (data ? "3F2A1" : ""),
                "instance=1.2.3.0",
                "",
                ""));
    }

    /** From the element with this id up to the next section. */
    private static String section(String page, String id) {
        int from = page.indexOf("id=\"" + id + "\"");
        assertThat(from).as("the page has " + id).isPositive();
        int to = page.indexOf("<section", from);
        return page.substring(from, to < 0 ? page.length() : to);
    }
}
