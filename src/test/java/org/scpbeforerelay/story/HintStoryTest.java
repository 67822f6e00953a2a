package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;
import org.scpbeforerelay.rig.SmtpConversation;
import org.scpbeforerelay.rig.SmtpReply;
import org.scpbeforerelay.rig.SmtpSink;
import org.scpbeforerelay.view.Json;

/** The story of the hint, told in order: each test goes on where the one before it stopped. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HintStoryTest {
    private static final String SHADOWFAX4 = "192.0.2.25";
    private static final String SHADOWFAX6 = "2001:db8::25";
    private static final String HOME = "198.51.100.10";
    private static final String NEW_HOME = "198.51.100.11";
    private static final long MINUTE = 60_000;

    private NetworkLab lab;
    private Host gwaihir;
    private Host stranger;
    private PostfixHost postfix;
    private SmtpSink sink;
    private DaemonProcess daemon;
    private ClockFile clock;
    private HintsClient hint;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", HOME, "2001:db8:100::10");
        stranger = lab.host("stranger", "198.51.100.66", "2001:db8:100::66");
        Host shadowfax = lab.server("shadowfax", List.of("postfix"), SHADOWFAX4, SHADOWFAX6);
        Host hop = lab.server("hop", List.of("postfix"), "203.0.113.30");
        sink = SmtpSink.start(hop, "203.0.113.30", 25);
        postfix = PostfixHost.on(
                shadowfax,
                PostfixSettings.forDomain("example.org")
                        .relayhost("[203.0.113.30]:25")
                        .relayByPolicy());
        postfix.start();
        hint = new HintsClient(gwaihir, SHADOWFAX4);
        Path clockFile = shadowfax.folder().resolve("clock");
        clock = new ClockFile(clockFile);
        clock.set(new Moment(Instant.parse("2026-11-22T12:00:00Z").toEpochMilli(), 1_000_000));
        daemon = DaemonProcess.in(shadowfax, """
                [lease]
                special_networks = ["198.51.100.0/24", "2001:db8:100::/64"]
                [ssh]
                listen = ["0.0.0.0:2222", "[::]:2222"]
                [lookup]
                listen = ["127.0.0.1:10040", "unix:%s"]
                [console]
                listen = ""
                """.formatted(postfix.policySocket()), clockFile);
        daemon.start();
        Path publicKey = Files.writeString(gwaihir.folder().resolve("gwaihir.pub"), hint.publicKey() + "\n");
        assertThat(daemon.command("user", "add", "gerard", "--key", publicKey.toString()))
                .satisfies(result -> assertThat(result.output()).contains("gerard"))
                .matches(result -> result.succeeded(), "user add succeeds");
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @Test
    @Order(1)
    void nobodyRelaysBeforeAnybodyHasAnnounced() throws Exception {
        assertRefused(tryFrom(stranger, SHADOWFAX4));
        assertRefused(tryFrom(gwaihir, SHADOWFAX4));
        assertRefused(tryFrom(gwaihir, SHADOWFAX6));
        assertThat(inbound(stranger).code()).isEqualTo(250);
    }

    @Test
    @Order(2)
    void gwaihirSendsItsAddressAsTheHintDoesAndIsRelayed() throws Exception {
        assertThat(hint.sendIp().succeeded()).isTrue();
        try (var smtp = SmtpConversation.open(gwaihir, SHADOWFAX4, 25)) {
            assertThat(smtp.deliver("gerard@example.org", "friend@example.net", "relayed by lease")
                            .code())
                    .isEqualTo(250);
        }
        assertThat(sink.awaitMessage("relayed by lease")).contains("friend@example.net");
        assertRefused(tryFrom(stranger, SHADOWFAX4));
        // Announced over IPv4, mails over IPv6: that address is another one, and nobody proved it.
        assertRefused(tryFrom(gwaihir, SHADOWFAX6));
    }

    @Test
    @Order(3)
    void ipv6IsAnnouncedOverIpv6() throws Exception {
        var announced = hint.ssh().ssh(hint.key(), "-p", "2222", "gerard+gwaihir@" + SHADOWFAX6, "announce");
        assertThat(announced.stdout()).startsWith("granted gerard/gwaihir 2001:db8:100::10 until 2026-11-22T12:20:00Z");
        assertThat(tryFrom(gwaihir, SHADOWFAX6).code()).isEqualTo(250);
        assertThat(tryFrom(gwaihir, SHADOWFAX4).code()).isEqualTo(250);
    }

    @Test
    @Order(4)
    void whenTheAddressChangesTheNewOneCountsAfterTheNextAnnouncementAndTheOldOneNoMore() throws Exception {
        gwaihir.setAddress(NEW_HOME);
        assertRefused(tryFrom(gwaihir, SHADOWFAX4));
        clock.pass(4 * MINUTE);
        assertThat(hint.sendIp().succeeded()).isTrue();
        assertThat(tryFrom(gwaihir, SHADOWFAX4).code()).isEqualTo(250);
        // Somebody else gets the address that gwaihir had.
        stranger.setAddress(HOME);
        assertRefused(tryFrom(stranger, SHADOWFAX4));
    }

    @Test
    @Order(5)
    void twoMissedAnnouncementsChangeNothing() throws Exception {
        clock.pass(4 * MINUTE);
        gwaihir.linkDown();
        assertThat(hint.sendIp().succeeded()).isFalse();
        gwaihir.linkUp();
        clock.pass(4 * MINUTE);
        assertThat(tryFrom(gwaihir, SHADOWFAX4).code()).isEqualTo(250);
    }

    @Test
    @Order(6)
    void allThreeLookupProtocolsAnswerPostfix() throws Exception {
        for (String table : List.of("socketmap:inet:127.0.0.1:10040:relay", "tcp:127.0.0.1:10040")) {
            assertThat(postfix.postmapQuery(table, NEW_HOME).stdout().strip()).isEqualTo("permit");
            assertThat(postfix.postmapQuery(table, HOME).exit()).isEqualTo(1);
            assertThat(postfix.postmapQuery(table, "unknown").exit()).isEqualTo(1);
            assertThat(postfix.postmapQuery(table, "198.51.100").exit()).isEqualTo(1);
            postfix.configure(PostfixSettings.forDomain("example.org")
                    .relayhost("[203.0.113.30]:25")
                    .relayByTable(table));
            postfix.reload();
            assertThat(tryFrom(gwaihir, SHADOWFAX4).code()).isEqualTo(250);
            assertThat(tryFrom(gwaihir, SHADOWFAX6).code()).isEqualTo(250);
            assertRefused(tryFrom(stranger, SHADOWFAX4));
        }
        postfix.configure(PostfixSettings.forDomain("example.org")
                .relayhost("[203.0.113.30]:25")
                .relayByPolicy());
        postfix.reload();
    }

    @Test
    @Order(7)
    void killedDaemonDefersRelayAcceptsInboundAndComesBackWithTheLease() throws Exception {
        daemon.kill();
        assertThat(tryFrom(stranger, SHADOWFAX4).code()).isEqualTo(450);
        assertThat(tryFrom(gwaihir, SHADOWFAX4).code()).isEqualTo(450);
        assertThat(inbound(stranger).code()).isEqualTo(250);
        daemon.start();
        assertThat(tryFrom(gwaihir, SHADOWFAX4).code()).isEqualTo(250);
        assertRefused(tryFrom(stranger, SHADOWFAX4));
    }

    @Test
    @Order(8)
    void theLeaseEndsToTheMillisecondInAnOpenSessionToo() throws Exception {
        long expiresAtMs = expiresAtMs(NEW_HOME);
        try (var open = SmtpConversation.open(gwaihir, SHADOWFAX4, 25)) {
            passUntil(expiresAtMs - 1);
            assertThat(open.tryRecipient("gerard@example.org", "friend@example.net")
                            .code())
                    .isEqualTo(250);
            passUntil(expiresAtMs);
            open.reset();
            assertRefused(open.tryRecipient("gerard@example.org", "friend@example.net"));
        }
        assertRefused(tryFrom(gwaihir, SHADOWFAX4));
        assertThat(daemon.command("lookup", NEW_HOME).exit()).isEqualTo(1);
    }

    @Test
    @Order(9)
    void aClockSteppedBackDoesNotReviveAnything() throws Exception {
        Moment now = clock.now();
        clock.set(new Moment(now.wallMs() - 15 * MINUTE, now.monotonicMs()));
        assertRefused(tryFrom(gwaihir, SHADOWFAX4));
        daemon.kill();
        daemon.start();
        assertRefused(tryFrom(gwaihir, SHADOWFAX4));
        clock.set(now);
    }

    private void passUntil(long wallMs) {
        clock.pass(wallMs - clock.now().wallMs());
    }

    private long expiresAtMs(String address) {
        for (var lease : Json.read(daemon.command("leases", "--json").stdout()).path("leases")) {
            if (lease.path("address").asString().equals(address)) {
                return Instant.parse(lease.path("expires_at").asString()).toEpochMilli();
            }
        }
        throw new AssertionError("no lease on " + address);
    }

    private static SmtpReply tryFrom(Host host, String server) throws Exception {
        try (var smtp = SmtpConversation.open(host, server, 25)) {
            return smtp.tryRecipient("gerard@example.org", "friend@example.net");
        }
    }

    private static SmtpReply inbound(Host host) throws Exception {
        try (var smtp = SmtpConversation.open(host, SHADOWFAX4, 25)) {
            return smtp.deliver("a@example.net", "gerard@example.org", "inbound");
        }
    }

    private static void assertRefused(SmtpReply reply) {
        assertThat(reply.code()).as(reply.toString()).isEqualTo(554);
        assertThat(reply.enhanced()).isEqualTo("5.7.1");
    }
}
