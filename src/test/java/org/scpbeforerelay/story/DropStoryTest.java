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
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.OpenSshServer;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;
import org.scpbeforerelay.rig.SmtpConversation;

/** The hint as it was: the system's sshd puts the file there, and the daemon reads it instead of the hint's second script. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DropStoryTest {
    private static final String SHADOWFAX4 = "192.0.2.25";
    private static final String SHADOWFAX6 = "[2001:db8::25]";
    private static final String HOMES = "/var/lib/lab";

    private NetworkLab lab;
    private Host gwaihir;
    private Host stranger;
    private Host shadowfax;
    private OpenSshServer sshd;
    private DaemonProcess daemon;
    private HintsClient hint;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", "198.51.100.110", "2001:db8:100::10");
        stranger = lab.host("stranger", "198.51.100.66");
        shadowfax = lab.server("shadowfax", List.of("postfix", "openssh-server"), SHADOWFAX4, "2001:db8::25");
        PostfixHost postfix = PostfixHost.on(
                shadowfax, PostfixSettings.forDomain("example.org").relayByPolicy());
        postfix.start();
        sshd = OpenSshServer.start(shadowfax, 2222, "MaxStartups 100");
        // Over IPv6, which stays: what is copied is the IPv4 address, which changes under the copy.
        hint = new HintsClient(gwaihir, SHADOWFAX6);
        sshd.addUser("gerard", hint.publicKey());
        sshd.addSftpOnlyUser("manwe", hint.publicKey());
        shadowfax.shell("install -d -o gerard -g gerard -m 755 " + HOMES + "/gerard/tmp");
        daemon = DaemonProcess.in(shadowfax, """
                [lease]
                special_networks = ["198.51.100.0/24", "203.0.113.0/24", "2001:db8:100::/64"]
                [ssh]
                listen = []
                [drop]
                directories = ["%1$s/*/tmp", "%1$s/*/upload"]
                proof = "none"
                [lookup]
                listen = ["127.0.0.1:10040", "unix:%2$s"]
                [console]
                listen = ""
                """.formatted(HOMES, postfix.policySocket()));
        Path users = shadowfax.folder().resolve("scp-before-relay/users");
        Files.writeString(users.resolve("gerard.toml"), "");
        Files.writeString(users.resolve("manwe.toml"), "");
        daemon.start();
    }

    @AfterAll
    void close() {
        lab.close();
    }

    private Path file(String content) throws Exception {
        return Files.writeString(gwaihir.folder().resolve("to-send"), content);
    }

    private void awaitLease(String who, String address) {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            CommandResult leases = daemon.command("leases");
            assertThat(leases.stdout()).as(daemon.log()).contains(who).contains(address);
        });
    }

    @Test
    void scpPutsItThereInPlace() throws Exception {
        String to = "gerard@" + SHADOWFAX6 + ":tmp/scp-ip";
        hint.ssh()
                .scp(hint.key(), "-P", "2222", file("198.51.100.30 0\n").toString(), to)
                .orThrow();
        awaitLease("gerard/scp", "198.51.100.30");
        hint.ssh()
                .scp(hint.key(), "-P", "2222", file("198.51.100.3 0\n").toString(), to)
                .orThrow();
        awaitLease("gerard/scp", "198.51.100.3 ");
    }

    @Test
    void scpOfOldOverwritesWithoutCuttingOffFirst() throws Exception {
        String to = "gerard@" + SHADOWFAX6 + ":tmp/old-ip";
        hint.ssh()
                .scp(
                        hint.key(),
                        "-O",
                        "-P",
                        "2222",
                        file("198.51.100.131 stub\n").toString(),
                        to)
                .orThrow();
        awaitLease("gerard/old", "198.51.100.131");
        hint.ssh()
                .scp(hint.key(), "-O", "-P", "2222", file("198.51.100.13\n").toString(), to)
                .orThrow();
        awaitLease("gerard/old", "198.51.100.13 ");
        assertThat(daemon.log()).doesNotContain("old-ip");
    }

    @Test
    void sftpRenamesItIntoPlace() throws Exception {
        String batch = "put %s tmp/.part\nrename tmp/.part tmp/sftp-ip\n".formatted(file("198.51.100.40\n"));
        hint.ssh().sftp(hint.key(), batch, "-P", "2222", "gerard@" + SHADOWFAX6).orThrow();
        awaitLease("gerard/sftp", "198.51.100.40");
    }

    @Test
    void chrootedInternalSftpPutsItIntoTheSpool() throws Exception {
        String batch = "put %s upload/gwaihir-ip\n".formatted(file("198.51.100.50\n"));
        hint.ssh().sftp(hint.key(), batch, "-P", "2222", "manwe@" + SHADOWFAX6).orThrow();
        awaitLease("manwe/gwaihir", "198.51.100.50");
        assertThat(hint.ssh()
                        .ssh(hint.key(), "-p", "2222", "manwe@2001:db8::25", "id")
                        .succeeded())
                .isFalse();
    }

    @Test
    void statusTellsOfTheDirectories() {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(
                        () -> assertThat(daemon.command("status").stdout()).contains("2 directories (2 watched)"));
    }

    /** The commands of docs/drop-directories.md, each as it stands there. */
    @Test
    void theAclOfTheManualLetsTheDaemonReadThatDirectoryAndNothingElse() throws Exception {
        shadowfax.addUser("scp-before-relay", 60777, "/var/lib/scp-before-relay");
        shadowfax.shell("""
                install -d -o gerard -g gerard -m 700 /var/lib/lab/gerard/closed /var/lib/lab/gerard/closed/tmp
                su -s /bin/sh gerard -c 'umask 077; echo 198.51.100.1 > /var/lib/lab/gerard/closed/secret'
                setfacl -m u:scp-before-relay:--x /var/lib/lab/gerard/closed
                setfacl -m u:scp-before-relay:r-x,d:u:scp-before-relay:r-- /var/lib/lab/gerard/closed/tmp
                su -s /bin/sh gerard -c 'echo 198.51.100.1 > /var/lib/lab/gerard/closed/tmp/gwaihir-ip'
                """);
        assertThat(asDaemon("cat", HOMES + "/gerard/closed/tmp/gwaihir-ip").stdout())
                .isEqualTo("198.51.100.1\n");
        assertThat(asDaemon("ls", HOMES + "/gerard/closed/tmp").stdout()).isEqualTo("gwaihir-ip\n");
        assertThat(asDaemon("cat", HOMES + "/gerard/closed/secret").succeeded()).isFalse();
        assertThat(asDaemon("ls", HOMES + "/gerard/closed").succeeded()).isFalse();
        assertThat(asDaemon("touch", HOMES + "/gerard/closed/tmp/x").succeeded())
                .isFalse();
        // Its mask, which looks like a group's right to write, must not make the daemon think that others may write.
        assertThat(shadowfax
                        .exec("stat", "-c", "%a", HOMES + "/gerard/closed/tmp")
                        .stdout()
                        .strip())
                .isEqualTo("750");
    }

    private CommandResult asDaemon(String... command) {
        String[] line = new String[command.length + 4];
        System.arraycopy(new String[] {"setpriv", "--reuid=60777", "--regid=60777", "--clear-groups"}, 0, line, 0, 4);
        System.arraycopy(command, 0, line, 4, command.length);
        return shadowfax.exec(line);
    }

    @Test
    void sixtyChangesOfAddressRaceWithCopiesAndTheDaemon() throws Exception {
        race(60);
    }

    @Test
    @Tag("long")
    void fiveHundredChangesOfAddressRaceWithCopiesAndTheDaemon() throws Exception {
        race(500);
    }

    private void race(int changes) throws Exception {
        daemon.command("revoke", "gerard"); // what other tests have announced
        daemon.command("revoke", "manwe");
        DropRace.Outcome outcome = new DropRace(gwaihir, shadowfax, hint, changes).run(changes);
        System.out.println("race: " + outcome);
        assertThat(outcome.wrong()).as(outcome.toString()).hasSize(0);
        assertThat(outcome.lost()).as(outcome + daemon.log()).isZero();
        hint.sendIp().orThrow();
        await().atMost(Duration.ofSeconds(10)).until(() -> tryFrom(gwaihir) == 250);
        assertThat(tryFrom(stranger)).isEqualTo(554);
    }

    private static int tryFrom(Host host) throws Exception {
        try (var smtp = SmtpConversation.open(host, SHADOWFAX4, 25)) {
            return smtp.tryRecipient("gerard@example.org", "friend@example.net").code();
        }
    }
}
