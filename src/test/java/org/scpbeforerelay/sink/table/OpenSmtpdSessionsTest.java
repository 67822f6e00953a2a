package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.RunningCommand;
import org.scpbeforerelay.rig.SmtpConversation;

/** What a client gets at a real OpenSMTPD with the lines of docs/access-tables.md. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OpenSmtpdSessionsTest {
    private static final String CLIENT = "198.51.100.10";
    private static final String CLIENT6 = "2001:db8:100::10";
    private static final String SERVER = "192.0.2.25";
    private static final String SERVER6 = "2001:db8::25";

    private NetworkLab lab;
    private Host gwaihir;
    private Host shadowfax;
    private TableScene scene;
    private RunningCommand smtpd;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", CLIENT, CLIENT6);
        shadowfax = lab.server("shadowfax", List.of("opensmtpd"), SERVER, SERVER6);
        shadowfax.addUser("opensmtpd", 60_040, "/var/lib/opensmtpd/empty");
        shadowfax.addUser("opensmtpq", 60_041, "/var/lib/opensmtpd/empty");
        shadowfax.shell("install -d -o root -g root -m 711 /var/spool/smtpd /var/lib/opensmtpd/empty\n"
                // What the package's own installation script does.
                + "chgrp opensmtpq /usr/sbin/smtpctl && chmod 2555 /usr/sbin/smtpctl");
        // Nobody answers there, at once: names of clients are not what this is about.
        shadowfax.write("/etc/resolv.conf", "nameserver 127.0.0.1\n", 0644);
        Path folder = Files.createDirectories(lab.folder().resolve("tables"));
        Files.setAttribute(folder, "unix:mode", 0755);
        TableTools tools = new TableTools(
                List.of("postmap"),
                List.of("postconf"),
                List.of("makemap"),
                shadowfax.commandLine(List.of("smtpctl")),
                Duration.ofSeconds(20));
        scene = new TableScene(folder, new TableSettings("relay-clients", TableType.OPENSMTPD, TableValue.OK), tools);
        shadowfax.write("/etc/smtpd.conf", """
                table relay-clients file:%s/relay-clients
                listen on 0.0.0.0 port 25 hostname shadowfax.example.org
                listen on :: port 25 hostname shadowfax.example.org
                action "local" mda "/bin/true"
                action "outbound" relay host smtp://203.0.113.30
                match from src <relay-clients> for any action "outbound"
                match from any for domain "example.org" action "local"
                """.formatted(folder), 0644);
        smtpd = shadowfax.start("smtpd", "/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd.conf");
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(() -> {
            assertThat(smtpd.isRunning()).as(smtpd.output()).isTrue();
            SmtpConversation.open(gwaihir, SERVER, 25).close();
        });
    }

    @AfterAll
    void close() {
        scene.close();
        smtpd.close();
        lab.close();
    }

    @Test
    void aClientRelaysWhileItsLeaseLastsInNewAndOpenSessionsByIpv4AndIpv6() throws Exception {
        assertThat(relay(SERVER)).isEqualTo(550);
        assertThat(relay(SERVER6)).isEqualTo(550);
        scene.grant("gerard/gwaihir", CLIENT, 60_000);
        scene.grant("gerard/gwaihir", CLIENT6, 600_000);
        scene.roundNow();
        scene.round();
        assertThat(scene.health().failure()).as(smtpd.output()).isNull();
        assertThat(relay(SERVER)).as(smtpd.output()).isEqualTo(250);
        assertThat(relay(SERVER6)).isEqualTo(250);

        try (var open = SmtpConversation.open(gwaihir, SERVER, 25)) {
            assertThat(open.tryRecipient("gerard@example.com", "someone@example.net")
                            .code())
                    .isEqualTo(250);
            scene.clock.passMs(60_000);
            scene.roundNow();
            assertThat(open.rcpt("another@example.net").code())
                    .as("open session")
                    .isEqualTo(550);
        }
        assertThat(relay(SERVER)).isEqualTo(550);
        assertThat(relay(SERVER6)).as("its lease lasts").isEqualTo(250);
    }

    /** What the manual says of rights: root tells smtpd, and nobody else does, whatever group he is in. */
    @Test
    void onlyRootMayTellSmtpdThatTheTableHasChanged() {
        assertThat(shadowfax.exec("smtpctl", "update", "table", "relay-clients").succeeded())
                .isTrue();
        assertThat(shadowfax
                        .exec(
                                "setpriv",
                                "--reuid=60777",
                                "--regid=60041",
                                "--clear-groups",
                                "smtpctl",
                                "update",
                                "table",
                                "relay-clients")
                        .succeeded())
                .isFalse();
    }

    @Test
    void mailForTheServersOwnDomainFlowsWithoutALease() throws Exception {
        try (var smtp = SmtpConversation.open(gwaihir, SERVER, 25)) {
            assertThat(smtp.tryRecipient("someone@example.net", "root@example.org")
                            .code())
                    .as(smtpd.output())
                    .isEqualTo(250);
        }
    }

    private int relay(String server) throws IOException {
        try (var smtp = SmtpConversation.open(gwaihir, server, 25)) {
            return smtp.tryRecipient("gerard@example.com", "someone@example.net")
                    .code();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
