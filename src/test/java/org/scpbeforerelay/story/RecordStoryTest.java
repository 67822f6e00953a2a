package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;
import org.scpbeforerelay.rig.SmtpConversation;
import org.scpbeforerelay.rig.SmtpReply;
import org.scpbeforerelay.rig.SmtpSink;
import org.scpbeforerelay.rig.SshClient;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/**
 * Two users behind one NAT, a real OpenSSH and a real Postfix: the signs of what they share, and each mail in the record, found again
 * by the queue id of Postfix's log, also after the daemon was killed.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RecordStoryTest {
    private static final String SHADOWFAX = "192.0.2.25";
    private static final String ROUTER = "198.51.100.10";
    private static final String GWAIHIR = "10.7.0.10";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern QUEUED = Pattern.compile("queued as (\\w+)");

    private NetworkLab lab;
    private Host gwaihir;
    private Host landroval;
    private SmtpSink sink;
    private PostfixHost postfix;
    private DaemonProcess daemon;
    private final List<String> queueIds = new ArrayList<>();

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        Host router = lab.natRouter("router", ROUTER);
        gwaihir = lab.hostBehind(router, "gwaihir", GWAIHIR);
        landroval = lab.hostBehind(router, "landroval", "10.7.0.11");
        Host shadowfax = lab.server("shadowfax", List.of("postfix"), SHADOWFAX);
        Host hop = lab.server("hop", List.of("postfix"), "203.0.113.30");
        sink = SmtpSink.start(hop, "203.0.113.30", 25);
        postfix = PostfixHost.on(
                shadowfax,
                PostfixSettings.forDomain("example.org")
                        .relayhost("[203.0.113.30]:25")
                        .relayByPolicy());
        postfix.start();
        daemon = DaemonProcess.in(shadowfax, """
                [lease]
                special_networks = ["198.51.100.0/24"]
                [ssh]
                listen = ["0.0.0.0:2222"]
                [lookup]
                listen = ["unix:%s"]
                [console]
                listen = ""
                """.formatted(postfix.policySocket()));
        daemon.start();
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @Test
    @Order(1)
    void twoUsersBehindOneNatAreShownAsSuch() throws Exception {
        announce(gwaihir, "gerard", "messages = \"100/d\"\n", GWAIHIR);
        announce(landroval, "sam", "", "10.7.0.11");

        assertThat(daemon.command("leases").stdout()).contains("SIGNS").contains("shared, behind-nat");
        assertThat(daemon.command("explain", ROUTER, "--sender", "gerard@example.org")
                        .stdout())
                .contains("sam has a lease on this address too")
                .contains("gerard has a lease on this address too")
                .contains("the client calls itself " + GWAIHIR);
        assertThat(daemon.command("history", "--user", "gerard").stdout())
                .contains("gerard/default " + ROUTER + " by ssh; the client calls itself " + GWAIHIR);
        daemon.command("revoke", "sam").orThrow();
    }

    @Test
    @Order(2)
    void aMailIsExplainedByTheQueueIdOfPostfixsLog() throws Exception {
        String queueId = deliver("one@example.net", "two@example.net");
        assertThat(postfix.mailLog()).containsPattern(queueId + ": client=\\S*\\[" + ROUTER + "\\]");
        CommandResult explained = explainMail(queueId);
        assertThat(explained.stdout())
                .contains(queueId + " was permitted at ")
                .contains("gerard/default, from " + ROUTER)
                .contains("<gerard@example.org> to 2 recipients")
                .contains(" by ssh with the key SHA256:")
                .contains("1 of the messages of 100/d were used with it");
        JsonNode mail = Json.read(
                daemon.command("explain", "--queue-id", queueId, "--json").stdout());
        assertThat(mail.path("mails").size()).isEqualTo(1);

        CommandResult nothing = daemon.command("explain", "--queue-id", "4ZzZzZzZz");
        assertThat(nothing.exit()).isEqualTo(1);
        assertThat(nothing.stdout()).contains("No mail 4ZzZzZzZz is on record");
    }

    @Test
    @Order(3)
    void aPastTimeIsExplainedByTheRecord() throws Exception {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        CommandResult explained = daemon.command("explain", ROUTER, "--at", now);
        assertThat(explained.exit()).as(explained.output()).isZero();
        assertThat(explained.stdout()).contains("could relay: gerard/default").contains("mail  " + queueIds.getFirst());
        CommandResult before = daemon.command("explain", ROUTER, "--at", "2026-01-01T00:00:00Z");
        assertThat(before.exit()).isEqualTo(1);
        assertThat(before.stdout()).contains("nobody had a lease on " + ROUTER);
    }

    @Test
    @Order(4)
    void countsAndMailsSurviveKillNine() throws Exception {
        deliver("three@example.net");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Files.readString(daemon.state().resolve("history/relayed")))
                        .contains("\"messages\":2,\"recipients\":3"));
        daemon.kill();
        assertThat(explainMail(queueIds.getLast()).stdout())
                .as("without a daemon")
                .contains("to 1 recipient");
        daemon.start();
        deliver("four@example.net");
        JsonNode leases = Json.read(daemon.command("leases", "--json").stdout());
        assertThat(leases.path("leases").path(0).path("relayed").toString())
                .isEqualTo("{\"messages\":3,\"recipients\":4}");

        daemon.command("revoke", "gerard").orThrow();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                daemon.command("history", "--user", "gerard").stdout())
                        .contains("by operator")
                        .contains("relayed 3 messages to 4 recipients"));
    }

    @Test
    @Order(5)
    void neitherRecipientsNorContentNorKeysAreOnRecord() throws Exception {
        StringBuilder record = new StringBuilder();
        try (var files = Files.list(daemon.state().resolve("history"))) {
            for (Path file : files.toList()) {
                record.append(Files.readString(file));
            }
        }
        assertThat(record)
                .contains("gerard@example.org")
                .contains("\"event\":\"operator\"")
                .doesNotContain("example.net")
                .doesNotContain("the subject")
                .doesNotContain("ssh-ed25519")
                .doesNotContain("AAAA");
        assertThat(daemon.command("history", "--mails", "--json")
                        .stdout()
                        .lines()
                        .filter(line -> line.contains("\"event\":\"mail\"")))
                .hasSize(queueIds.size());
    }

    /** With the address that the client believes to have. */
    private void announce(Host host, String user, String settings, String address) throws Exception {
        SshClient ssh = SshClient.on(host, user);
        Path key = ssh.generateKey(user, "ed25519");
        Files.writeString(
                daemon.state().resolve("users").resolve(user + ".toml"),
                "keys = [\"" + SshClient.publicKey(key) + "\"]\n" + settings);
        daemon.command("reload").orThrow();
        CommandResult announced = ssh.ssh(key, "-p", "2222", user + "@" + SHADOWFAX, "announce", address);
        assertThat(announced.stdout()).as(announced.output()).startsWith("granted " + user + "/default " + ROUTER);
    }

    private String deliver(String... recipients) throws Exception {
        try (var smtp = SmtpConversation.open(gwaihir, SHADOWFAX, 25)) {
            smtp.hello();
            smtp.mail("gerard@example.org");
            for (String recipient : recipients) {
                assertThat(smtp.rcpt(recipient).code()).isEqualTo(250);
            }
            SmtpReply queued = smtp.data("the subject " + queueIds.size());
            Matcher id = QUEUED.matcher(queued.toString());
            assertThat(id.find()).as(queued.toString()).isTrue();
            queueIds.add(id.group(1));
            sink.awaitMessage("the subject " + (queueIds.size() - 1));
            return id.group(1);
        }
    }

    /** The record is written a moment after the answer. */
    private CommandResult explainMail(String queueId) {
        await().atMost(PATIENCE)
                .until(() -> daemon.command("explain", "--queue-id", queueId).exit() == 0);
        return daemon.command("explain", "--queue-id", queueId);
    }
}
