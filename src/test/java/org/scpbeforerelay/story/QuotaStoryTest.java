package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;
import org.scpbeforerelay.rig.SmtpConversation;
import org.scpbeforerelay.rig.SmtpReply;
import org.scpbeforerelay.rig.SmtpSink;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** Limits with a real Postfix: a hundred conversations at once, with the daemon killed in the middle; what is given back at DATA. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuotaStoryTest {
    private static final String SHADOWFAX = "192.0.2.25";
    private static final int CONVERSATIONS = 100;
    private static final int LIMIT = 150;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private NetworkLab lab;
    private Host gerards;
    private Host sams;
    private Host frodos;
    private Host merrys;
    private Host pippins;
    private SmtpSink sink;
    private PostfixHost postfix;
    private DaemonProcess daemon;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gerards = lab.host("gwaihir", "198.51.100.10");
        sams = lab.host("landroval", "198.51.100.11");
        frodos = lab.host("meneldor", "198.51.100.12");
        merrys = lab.host("thorondor", "198.51.100.13");
        pippins = lab.host("roac", "198.51.100.14");
        Host shadowfax = lab.server("shadowfax", List.of("postfix"), SHADOWFAX);
        Host hop = lab.server("hop", List.of("postfix"), "203.0.113.30");
        sink = SmtpSink.start(hop, "203.0.113.30", 25);
        postfix = PostfixHost.on(
                shadowfax,
                PostfixSettings.forDomain("example.org")
                        .relayhost("[203.0.113.30]:25")
                        .relayByPolicy()
                        .set(
                                "smtpd_recipient_restrictions",
                                "check_recipient_access inline:{ {nobody@example.net = REJECT} }"));
        postfix.start();
        daemon = DaemonProcess.in(shadowfax, """
                [lease]
                special_networks = ["198.51.100.0/24"]
                [ssh]
                listen = []
                [lookup]
                listen = ["unix:%s"]
                [console]
                listen = ""
                """.formatted(postfix.policySocket()));
        // A day's rate gives nothing back while the test runs.
        user("gerard", "messages = \"" + LIMIT + "/d\"");
        user("sam", "messages = \"" + LIMIT + "/d\"");
        user("merry", "messages = \"" + LIMIT + "/d\"");
        user("pippin", "messages = \"3/d\"");
        user("frodo", "recipients = \"3/d\"");
        daemon.start();
        grant("gerard", "198.51.100.10");
        grant("sam", "198.51.100.11");
        grant("frodo", "198.51.100.12");
        grant("merry", "198.51.100.13");
        grant("pippin", "198.51.100.14");
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @Test
    void ofAHundredConversationsExactlyAsManyMailsAreAcceptedAsTheLimitSays() throws Exception {
        try (Crowd crowd = new Crowd(gerards, "gerard")) {
            crowd.awaitEnd();
            assertThat(crowd.accepted).hasValue(LIMIT);
        }
        assertThatIsTheEndOf("gerard", LIMIT, gerards, "198.51.100.10");
        assertThatTheRecordHasAsMany();
    }

    @Test
    void exactlyAsManyWhenTheDaemonIsEndedInTheMiddleAndComesBack() throws Exception {
        try (Crowd crowd = new Crowd(merrys, "merry")) {
            crowd.awaitAThird();
            daemon.stop();
            daemon.start();
            crowd.awaitEnd();
            assertThat(crowd.accepted).hasValue(LIMIT);
        }
        assertThatIsTheEndOf("merry", LIMIT, merrys, "198.51.100.13");
    }

    /** Between the count and the answer lie microseconds; whoever is killed there has counted one that nobody was told of. */
    @Test
    void neverOneMoreWhenTheDaemonIsKilledInTheMiddleAndComesBack() throws Exception {
        int accepted;
        try (Crowd crowd = new Crowd(sams, "sam")) {
            crowd.awaitAThird();
            daemon.kill();
            daemon.start();
            crowd.awaitEnd();
            accepted = crowd.accepted.get();
            assertThat(accepted).isBetween(LIMIT - 1, LIMIT);
        }
        assertThatIsTheEndOf("sam", accepted, sams, "198.51.100.11");
    }

    @Test
    void aRecipientThatPostfixRefusesIsGivenBackAtData() throws Exception {
        try (var smtp = SmtpConversation.open(frodos, SHADOWFAX, 25)) {
            assertThat(smtp.tryRecipient("frodo@example.org", "one@example.net").code())
                    .isEqualTo(250);
            assertThat(smtp.rcpt("nobody@example.net").code()).isEqualTo(554);
            assertThat(smtp.rcpt("two@example.net").code()).isEqualTo(250);
            assertLimit(smtp.rcpt("three@example.net"));
            assertThat(smtp.data("two of frodo's").code()).isEqualTo(250);
            smtp.mail("frodo@example.org");
            assertThat(smtp.rcpt("three@example.net").code()).isEqualTo(250);
            assertLimit(smtp.rcpt("four@example.net"));
        }
    }

    @Test
    void aTransactionThatBeginsAnewAndOneInChunksAreMessagesToo() throws Exception {
        try (var smtp = SmtpConversation.open(pippins, SHADOWFAX, 25)) {
            assertThat(smtp.tryRecipient("pippin@example.org", "one@example.net")
                            .code())
                    .isEqualTo(250);
            assertThat(inOneChunk(smtp).code()).isEqualTo(250);
            smtp.mail("pippin@example.org");
            assertThat(smtp.rcpt("one@example.net").code()).isEqualTo(250);
            assertThat(inOneChunk(smtp).code()).isEqualTo(250);
            smtp.mail("pippin@example.org");
            assertThat(smtp.rcpt("one@example.net").code()).as("given up").isEqualTo(250);
            smtp.reset();
            smtp.mail("pippin@example.org");
            assertLimit(smtp.rcpt("one@example.net"));
        }
    }

    private static SmtpReply inOneChunk(SmtpConversation smtp) throws IOException {
        String mail = "Subject: a chunk of pippin's\r\n\r\nText.\r\n";
        return smtp.say("BDAT " + mail.length() + " LAST\r\n" + mail.substring(0, mail.length() - 2));
    }

    private void assertThatIsTheEndOf(String user, int accepted, Host host, String address) throws Exception {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(mailsOf(user)).isEqualTo(accepted));
        try (var smtp = SmtpConversation.open(host, SHADOWFAX, 25)) {
            assertLimit(smtp.tryRecipient(user + "@example.org", "friend@example.net"));
            assertThat(smtp.rcpt("gerard@example.org").code())
                    .as("inbound mail has no limit")
                    .isEqualTo(250);
        }
        var explained = daemon.command("explain", address, "--sender", user + "@example.org", "--json");
        assertThat(explained.exit()).isEqualTo(1);
        assertThat(Json.read(explained.stdout())
                        .path("reasons")
                        .path(0)
                        .path("quotas")
                        .path(0)
                        .path("used")
                        .asInt())
                .isEqualTo(LIMIT);
    }

    private void assertThatTheRecordHasAsMany() {
        for (JsonNode lease :
                Json.read(daemon.command("leases", "--json").stdout()).path("leases")) {
            if (lease.path("user").asString().equals("gerard")) {
                assertThat(lease.path("relayed").path("messages").asInt()).isEqualTo(LIMIT);
            }
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(daemon.command("history", "--user", "gerard", "--mails", "--json")
                                .stdout()
                                .lines()
                                .map(Json::read)
                                .filter(line -> line.path("event").asString().equals("mail"))
                                .map(line -> line.path("queue_id").asString())
                                .distinct())
                        .hasSize(LIMIT));
    }

    private long mailsOf(String user) {
        return sink.messages().stream()
                .filter(mail -> mail.contains("Subject: " + user))
                .count();
    }

    private static void assertLimit(SmtpReply reply) {
        assertThat(reply.code()).as(reply.toString()).isEqualTo(450);
        assertThat(reply.enhanced()).isEqualTo("4.7.1");
        assertThat(reply.toString()).contains("relay limit");
    }

    private void user(String name, String limit) throws IOException {
        Files.writeString(daemon.state().resolve("users").resolve(name + ".toml"), limit + "\n");
    }

    private void grant(String user, String address) {
        daemon.command("grant", user, address, "--term", "2h").orThrow();
    }

    /** Conversations that go on until they are told that the limit is reached; what is deferred for another reason is tried again. */
    private static final class Crowd implements AutoCloseable {
        final AtomicInteger accepted = new AtomicInteger();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<?>> conversations = new ArrayList<>();

        Crowd(Host host, String user) {
            for (int i = 0; i < CONVERSATIONS; i++) {
                String name = user + " " + i;
                conversations.add(threads.submit(() -> converse(host, user, name)));
            }
        }

        private Void converse(Host host, String user, String name) throws Exception {
            try (var smtp = SmtpConversation.open(host, SHADOWFAX, 25)) {
                smtp.hello();
                while (true) {
                    assertThat(smtp.mail(user + "@example.org").code()).isEqualTo(250);
                    SmtpReply reply = smtp.rcpt("friend@example.net");
                    if (reply.code() == 250) {
                        reply = smtp.data(name);
                    }
                    if (reply.code() == 250) {
                        accepted.incrementAndGet();
                    } else if (reply.toString().contains("relay limit")) {
                        return null;
                    } else {
                        assertThat(reply.code()).as(reply.toString()).isEqualTo(450);
                        smtp.reset();
                    }
                }
            }
        }

        void awaitAThird() {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> accepted.get() >= LIMIT / 3);
        }

        void awaitEnd() throws Exception {
            for (Future<?> conversation : conversations) {
                conversation.get();
            }
        }

        @Override
        public void close() {
            threads.shutdownNow();
            threads.close();
        }
    }
}
