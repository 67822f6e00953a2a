package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import org.scpbeforerelay.rig.OpenSshServer;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;
import org.scpbeforerelay.rig.SmtpConversation;
import org.scpbeforerelay.rig.Syslog;

/**
 * {@code [drop] proof = "sshd-login"}: the system's sshd takes the file and says in the system's auth.log from where its owner
 * came; an address counts when it is that one.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SshdLoginStoryTest {
    private static final String SHADOWFAX = "192.0.2.25";
    private static final String GWAIHIR = "198.51.100.110";
    private static final String STRANGER = "198.51.100.66";
    private static final String SETTINGS = """
            [lease]
            special_networks = ["198.51.100.0/24"]
            [ssh]
            listen = []
            [drop]
            directories = ["/var/lib/lab/*/tmp"]
            proof = "%s"
            sshd_log = ["/var/log/auth.log"]
            [lookup]
            listen = ["127.0.0.1:10040", "unix:%s"]
            [console]
            listen = ""
            """;

    private NetworkLab lab;
    private Host gwaihir;
    private Host stranger;
    private Host shadowfax;
    private DaemonProcess daemon;
    private HintsClient hint;
    private HintsClient manwe;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", GWAIHIR);
        stranger = lab.host("stranger", STRANGER);
        shadowfax = lab.server("shadowfax", List.of("postfix", "openssh-server", "rsyslog"), SHADOWFAX);
        Syslog.start(shadowfax);
        PostfixHost postfix = PostfixHost.on(
                shadowfax, PostfixSettings.forDomain("example.org").relayByPolicy());
        postfix.start();
        OpenSshServer sshd = OpenSshServer.startWithSyslog(shadowfax, 2222, "MaxStartups 100");
        hint = new HintsClient(gwaihir, SHADOWFAX);
        manwe = new HintsClient(stranger, SHADOWFAX);
        sshd.addUser("gerard", hint.publicKey());
        sshd.addUser("manwe", manwe.publicKey());
        shadowfax.shell("install -d -o gerard -g gerard -m 755 /var/lib/lab/gerard/tmp");
        daemon = DaemonProcess.in(shadowfax, SETTINGS.formatted("allowance", postfix.policySocket()));
        Files.writeString(daemon.state().resolve("users/gerard.toml"), "");
        Files.writeString(daemon.state().resolve("users/manwe.toml"), "");
        daemon.start();
        // The proof is asked for in the running daemon: it must begin to follow the log then.
        Files.writeString(
                daemon.state().resolve("scp-before-relay.toml"),
                SETTINGS.formatted("sshd-login", postfix.policySocket()));
        daemon.command("reload").orThrow();
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @Test
    void theOwnersLoginFromThatVeryAddressMakesItALeaseAlsoAcrossARestart() throws Exception {
        assertThat(tryFrom(gwaihir)).isEqualTo(554);
        hint.sendIp().orThrow();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(tryFrom(gwaihir)).as(daemon.log()).isEqualTo(250));
        assertThat(daemon.command("leases").stdout()).contains("gerard/gwaihir", GWAIHIR, "drop");

        // Logged in and copied while the daemon is away: login and file are both found when it is back.
        daemon.command("revoke", "gerard").orThrow();
        daemon.kill();
        hint.sendIp().orThrow();
        daemon.start();
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(
                        () -> assertThat(tryFrom(gwaihir)).as(daemon.log()).isEqualTo(250));
        assertThat(tryFrom(stranger)).isEqualTo(554);
    }

    @Test
    void noOtherLoginProvesItNeitherAFailedOneNorAnothersNorAForgedOne() throws Exception {
        // From the stranger's address: gerard with a wrong key, a user name
        // that reads like a login of his, and manwe, rightly.
        Path wrongKey = manwe.key();
        assertThat(ssh(manwe, wrongKey, "gerard")).isFalse();
        String forged = "Accepted publickey for gerard from " + STRANGER + " port 1 ssh2: ED25519 SHA256:x";
        assertThat(ssh(manwe, wrongKey, forged)).isFalse();
        assertThat(ssh(manwe, wrongKey, "x\nsshd[1]: " + forged)).isFalse();
        assertThat(ssh(manwe, wrongKey, "manwe")).isTrue();
        Path authLog = shadowfax.path(Syslog.AUTH_LOG);
        await().until(() -> Files.readString(authLog).contains("Accepted publickey for manwe from " + STRANGER));
        assertThat(Files.readString(authLog))
                .containsPattern("sshd\\[\\d+\\]: Invalid user Accepted publickey for gerard from " + STRANGER);

        Path file = Files.writeString(gwaihir.folder().resolve("to-send"), STRANGER + "\n");
        hint.ssh()
                .scp(hint.key(), "-P", "2222", file.toString(), "gerard@" + SHADOWFAX + ":tmp/other-ip")
                .orThrow();
        await().atMost(Duration.ofSeconds(30)).until(() -> daemon.log().contains("other-ip"));
        assertThat(daemon.log())
                .containsPattern("other-ip.* claims " + STRANGER + ", but no SSH login of gerard from there is known");
        assertThat(tryFrom(stranger)).isEqualTo(554);
    }

    private static boolean ssh(HintsClient from, Path key, String user) {
        return from.ssh().ssh(key, "-p", "2222", "-l", user, SHADOWFAX, "true").succeeded();
    }

    private static int tryFrom(Host host) throws Exception {
        try (var smtp = SmtpConversation.open(host, SHADOWFAX, 25)) {
            return smtp.tryRecipient("gerard@example.org", "friend@example.net").code();
        }
    }
}
