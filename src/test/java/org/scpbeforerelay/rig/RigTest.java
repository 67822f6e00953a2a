package org.scpbeforerelay.rig;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The rig proves itself: what the other tests build on behaves as mail servers and networks do. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RigTest {
    private NetworkLab lab;
    private Host gwaihir;
    private Host shadowfax;
    private SmtpSink sink;

    @BeforeAll
    void startLab() {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", "198.51.100.10", "2001:db8:100::10");
        shadowfax = lab.server("shadowfax", List.of("postfix", "openssh-server"), "192.0.2.25", "2001:db8::25");
        Host hop = lab.server("hop", List.of("postfix"), "203.0.113.30");
        sink = SmtpSink.start(hop, "203.0.113.30", 25);
        PostfixHost.on(
                        shadowfax,
                        PostfixSettings.forDomain("example.org")
                                .relayhost("[203.0.113.30]:25")
                                .relayByPolicy())
                .start();
    }

    @AfterAll
    void closeLab() {
        lab.close();
    }

    @Test
    void mailForTheHostsOwnDomainIsAcceptedFromAnybody() throws Exception {
        for (String server : List.of("192.0.2.25", "2001:db8::25")) {
            try (var smtp = SmtpConversation.open(gwaihir, server, 25)) {
                assertThat(smtp.deliver("a@example.net", "gerard@example.org", "inbound")
                                .code())
                        .isEqualTo(250);
            }
        }
    }

    @Test
    void relayIsDeferredQuicklyWhileNobodyListensAtThePolicySocket() throws Exception {
        long began = System.nanoTime();
        try (var smtp = SmtpConversation.open(gwaihir, "192.0.2.25", 25)) {
            SmtpReply reply = smtp.tryRecipient("gerard@example.org", "someone@example.net");
            assertThat(reply.code()).isEqualTo(450);
            assertThat(reply.text()).contains("relay lease service unavailable");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void theServersOwnMailGoesThroughToTheNextHop() throws Exception {
        try (var smtp = SmtpConversation.open(shadowfax, "127.0.0.1", 25)) {
            assertThat(smtp.deliver("root@example.org", "someone@example.net", "from the server itself")
                            .code())
                    .isEqualTo(250);
        }
        assertThat(sink.awaitMessage("from the server itself")).contains("someone@example.net");
    }

    @Test
    void aTableThatNamesAnAddressLetsThatAddressRelayAndNobodyElse() throws Exception {
        Host server = lab.server("treebeard", List.of("postfix"), "192.0.2.26");
        Host client = lab.host("pippin", "198.51.100.20");
        var settings = PostfixSettings.forDomain("example.com").relayhost("[203.0.113.30]:25");
        var tree = PostfixHost.on(server, settings);
        String table = tree.writeTable("lmdb", "relay", "198.51.100.20 OK\n");
        tree.configure(settings.relayByTable(table));
        tree.start();

        assertThat(tree.postmapQuery(table, "198.51.100.20").stdout().strip()).isEqualTo("OK");
        assertThat(tree.postmapQuery(table, "198.51.100.21").exit()).isEqualTo(1);
        assertThat(relay(gwaihir).code()).isEqualTo(554);
        assertThat(relay(gwaihir).enhanced()).isEqualTo("5.7.1");
        assertThat(relay(client).code()).isEqualTo(250);
        client.setAddress("198.51.100.21");
        assertThat(relay(client).code()).isEqualTo(554);
        client.setAddress("198.51.100.20");
        assertThat(relay(client).code()).isEqualTo(250);
        assertThat(tree.mailLog()).contains("connect from unknown[198.51.100.21]");
        tree.stop();
    }

    private static SmtpReply relay(Host from) throws Exception {
        try (var smtp = SmtpConversation.open(from, "192.0.2.26", 25)) {
            return smtp.tryRecipient("gerard@example.org", "someone@example.net");
        }
    }
}
