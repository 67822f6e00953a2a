package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

/** What a client gets at a real Sendmail whose access map is our table, with the line of docs/access-tables.md. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SendmailSessionsTest {
    private static final String CLIENT = "198.51.100.10";
    private static final String CLIENT6 = "2001:db8:100::10";
    private static final String SERVER = "192.0.2.25";
    private static final String SERVER6 = "2001:db8::25";

    private NetworkLab lab;
    private Host gwaihir;
    private TableScene scene;
    private RunningCommand sendmail;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", CLIENT, CLIENT6);
        Host shadowfax = lab.server("shadowfax", List.of("sendmail"), SERVER, SERVER6);
        shadowfax.addUser("smmta", 60_045, "/var/lib/sendmail");
        shadowfax.addUser("smmsp", 60_046, "/var/lib/sendmail");
        // No name server answers. Clients have names, since to one without a name a refusal is a temporary one.
        shadowfax.write("/etc/resolv.conf", "nameserver 127.0.0.1\n", 0644);
        shadowfax.write(
                "/etc/hosts",
                "127.0.0.1 localhost\n%s shadowfax.example.org shadowfax\n%s gwaihir.example.net\n%s gwaihir.example.net\n"
                        .formatted(SERVER, CLIENT, CLIENT6),
                0644);
        // Where the packaged daemon has them: Sendmail wants every folder above to be writable by its owner alone.
        Path folder = shadowfax.path("/var/lib/scp-before-relay/tables");
        shadowfax.write("/etc/mail/sendmail.mc", """
                define(`_USE_ETC_MAIL_')dnl
                include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
                OSTYPE(`debian')dnl
                define(`confDOMAIN_NAME', `shadowfax.example.org')dnl
                define(`confDONT_PROBE_INTERFACES', `True')dnl
                define(`SMART_HOST', `[203.0.113.30]')dnl
                FEATURE(`no_default_msa')dnl
                FEATURE(`accept_unresolvable_domains')dnl
                FEATURE(`accept_unqualified_senders')dnl
                DAEMON_OPTIONS(`Family=inet, Name=MTA-v4, Port=smtp, Addr=192.0.2.25')dnl
                DAEMON_OPTIONS(`Family=inet6, Name=MTA-v6, Port=smtp, Addr=2001:db8::25')dnl
                LOCAL_DOMAIN(`example.org')dnl
                FEATURE(`access_db', `hash -T<TMPF> -o /var/lib/scp-before-relay/tables/relay-clients')dnl
                MAILER_DEFINITIONS
                MAILER(`local')dnl
                MAILER(`smtp')dnl
                """, 0644);
        shadowfax.shell("""
                mkdir -p /var/spool/mqueue /var/lib/sendmail /run/sendmail /var/lib/scp-before-relay/tables
                chmod 700 /var/spool/mqueue
                touch /etc/mail/aliases
                cd /usr/share/sendmail/cf/cf
                m4 /etc/mail/sendmail.mc > /etc/mail/sendmail.cf
                """);
        TableTools tools = new TableTools(
                List.of("postmap"),
                List.of("postconf"),
                shadowfax.commandLine(List.of("makemap")),
                List.of("smtpctl"),
                Duration.ofSeconds(20));
        scene = new TableScene(folder, new TableSettings("relay-clients", TableType.SENDMAIL, TableValue.OK), tools);
        sendmail = shadowfax.start(
                "sendmail",
                "/usr/libexec/sendmail/sendmail",
                "-bD",
                "-C",
                "/etc/mail/sendmail.cf",
                "-O",
                "QueueDirectory=/var/spool/mqueue",
                "-O",
                "DeliveryMode=queueonly");
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(() -> {
            assertThat(sendmail.isRunning()).as(sendmail.output()).isTrue();
            SmtpConversation.open(gwaihir, SERVER, 25).close();
        });
    }

    @AfterAll
    void close() {
        scene.close();
        sendmail.close();
        lab.close();
    }

    @Test
    void aNewSessionRelaysWhileTheLeaseLastsByIpv4AndIpv6() throws Exception {
        assertThat(relay(SERVER)).as(sendmail.output()).isEqualTo(550);
        assertThat(relay(SERVER6)).isEqualTo(550);
        scene.grant("gerard/gwaihir", CLIENT, 60_000);
        scene.grant("gerard/gwaihir", CLIENT6, 600_000);
        scene.roundNow();
        scene.round();
        assertThat(scene.health().failure()).isNull();
        assertThat(relay(SERVER)).as(sendmail.output()).isEqualTo(250);
        assertThat(relay(SERVER6)).isEqualTo(250);
        scene.clock.passMs(60_000);
        scene.roundNow();
        assertThat(relay(SERVER)).isEqualTo(550);
        assertThat(relay(SERVER6)).as("its lease lasts").isEqualTo(250);
    }

    @Test
    void mailForTheServersOwnDomainFlowsWithoutALease() throws Exception {
        try (var smtp = SmtpConversation.open(gwaihir, SERVER, 25)) {
            assertThat(smtp.tryRecipient("someone@example.net", "root@example.org")
                            .code())
                    .as(sendmail.output())
                    .isEqualTo(250);
        }
    }

    private int relay(String server) throws Exception {
        try (var smtp = SmtpConversation.open(gwaihir, server, 25)) {
            return smtp.tryRecipient("gerard@example.com", "someone@example.net")
                    .code();
        }
    }
}
