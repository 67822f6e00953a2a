package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
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
import org.scpbeforerelay.rig.SmtpSink;

/**
 * Signers take a leased client for a stranger on port 25, and for one of their own on the port for leased clients, with what the manual says to
 * write: a real OpenDKIM and a real rspamd.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MilterStoryTest {
    private static final String SHADOWFAX = "192.0.2.25";
    private static final String HOME = "198.51.100.10";
    private static final String MANUAL = "A port for leased clients";

    private NetworkLab lab;
    private Host shadowfax;
    private Host gwaihir;
    private SmtpSink sink;
    private PostfixHost postfix;
    private Path key;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", HOME);
        shadowfax = lab.server("shadowfax", List.of("postfix", "opendkim", "rspamd"), SHADOWFAX);
        Host hop = lab.server("hop", List.of("postfix"), "203.0.113.30");
        sink = SmtpSink.start(hop, "203.0.113.30", 25);
        key = shadowfax.folder().resolve("lease.private");
        shadowfax.shell("openssl genrsa -out " + key + " 2048 2>/dev/null && chmod 600 " + key);
        List<String> blocks = manual(MANUAL);
        PostfixSettings settings = PostfixSettings.forDomain("example.org")
                .relayhost("[203.0.113.30]:25")
                .relayByPolicy();
        settings.set("smtpd_milters", "inet:127.0.0.1:8891");
        settings.set("milter_default_action", "tempfail");
        settings.set(
                "scp_only_relay_restrictions",
                blocks.get(0)
                        .substring(blocks.get(0).indexOf('=') + 1)
                        .replace("\n    ", "\n")
                        .stripTrailing());
        settings.service(blocks.get(1).stripTrailing());
        postfix = PostfixHost.on(shadowfax, settings);
        postfix.start();
        DaemonProcess daemon = DaemonProcess.in(shadowfax, """
                [lease]
                special_networks = ["198.51.100.0/24"]
                [ssh]
                listen = []
                [lookup]
                listen = ["unix:%s"]
                [console]
                listen = ""
                """.formatted(postfix.policySocket()));
        Files.writeString(
                daemon.state().resolve("users/gerard.toml"),
                "keys = [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtQUDZWhs8k/cZcykMkaoX7ZE7DXld8TP79HyddMVTS gerard\"]\n");
        daemon.start();
        assertThat(daemon.command("grant", "gerard/gwaihir", HOME).output()).contains("granted");
    }

    @AfterAll
    void close() {
        lab.close();
    }

    /** The blocks of code below a heading of the manual. */
    private static List<String> manual(String heading) throws Exception {
        String text = Files.readString(Path.of(System.getProperty("project.root", "."), "docs", "postfix.md"));
        String section = text.substring(text.indexOf("## " + heading));
        return Pattern.compile("```\n(.*?)```", Pattern.DOTALL)
                .matcher(section)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void openDkimSignsWhatLeasedClientsSendByTheirPortAndByNoOther() throws Exception {
        Path config = Files.writeString(
                shadowfax.folder().resolve("opendkim.conf"),
                """
                Syslog no
                Mode s
                Domain example.org
                Selector lease
                KeyFile %s
                Socket inet:8891@127.0.0.1
                RequireSafeKeys no
                """.formatted(key) + manual(MANUAL).get(2));
        var opendkim = shadowfax.start("opendkim", "opendkim", "-f", "-x", config.toString());
        awaitListener(8891);
        assertSigned("opendkim");
        opendkim.close();
    }

    @Test
    void rspamdSignsWhatLeasedClientsSendByTheirPortAndByNoOther() throws Exception {
        // The whole list of top-level domains takes rspamd half a minute.
        Files.writeString(shadowfax.folder().resolve("tlds"), "com\nnet\norg\n");
        Path config = Files.writeString(shadowfax.folder().resolve("rspamd.conf"), """
                options {
                  filters = "dkim";
                  url_tld = "%1$s/tlds";
                  pidfile = "%1$s/rspamd.pid";
                  temp_dir = "%1$s";
                  dns { nameserver = ["127.0.0.1"]; timeout = 0.2s; retransmits = 1; }
                }
                logging { type = "console"; level = "info"; }
                worker "rspamd_proxy" {
                  bind_socket = "127.0.0.1:11332";
                  milter = yes;
                  upstream "local" { default = yes; self_scan = yes; }
                }
                actions { reject = 15; add_header = 6; }
                dkim { }
                dkim_signing {
                  path = "%2$s";
                  selector = "lease";
                  %3$s
                }
                modules { path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }
                lua = "/usr/share/rspamd/rules/rspamd.lua";
                """.formatted(
                        shadowfax.folder(), key, manual(MANUAL).get(3)));
        postfix.postconf("-e", "smtpd_milters = inet:127.0.0.1:11332").orThrow();
        postfix.stop();
        postfix.start();
        var rspamd = shadowfax.start("rspamd", "rspamd", "-f", "-i", "-c", config.toString());
        awaitListener(11332);
        assertSigned("rspamd");
        rspamd.close();
    }

    private void awaitListener(int port) {
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> shadowfax.inside(() -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                        return true;
                    }
                }));
    }

    private void assertSigned(String by) throws Exception {
        assertThat(sent(25, by + " port 25")).doesNotContain("DKIM-Signature:");
        assertThat(sent(2525, by + " port 2525"))
                .containsIgnoringWhitespaces("DKIM-Signature:")
                .containsPattern("d=example\\.org")
                .containsPattern("s=lease");
    }

    private String sent(int port, String subject) throws Exception {
        try (var smtp = SmtpConversation.open(gwaihir, SHADOWFAX, port)) {
            smtp.tryRecipient("gerard@example.org", "friend@example.net");
            smtp.say("DATA");
            var reply = smtp.say(
                    "From: gerard@example.org\r\nTo: friend@example.net\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n"
                            + "Message-ID: <" + port + by(subject) + "@example.org>\r\nSubject: " + subject
                            + "\r\n\r\nHello.\r\n.");
            assertThat(reply.code()).as(reply + "\n" + postfix.mailLog()).isEqualTo(250);
        }
        return sink.awaitMessage("Subject: " + subject);
    }

    private static String by(String subject) {
        return subject.replace(' ', '.');
    }
}
