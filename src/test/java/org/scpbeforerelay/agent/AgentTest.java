package org.scpbeforerelay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.RunningCommand;
import org.scpbeforerelay.rig.SshClient;

/** The agent as a process on a client, against the daemon on a relay host, over a network that misbehaves. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AgentTest {
    private static final String SERVER4 = "192.0.2.25";
    private static final String SERVER6 = "2001:db8::25";
    private static final String TO4 = "gerard+gwaihir@192.0.2.25:2222";
    private static final String TO6 = "gerard+gwaihir@[2001:db8::25]:2222";
    private static final String TO_BOTH = "gerard+gwaihir@shadowfax:2222";
    private static final Duration SOON = Duration.ofSeconds(20);

    private NetworkLab lab;
    private Host gwaihir;
    private AnnouncingHost agent;
    private MailHost shadowfax;

    @BeforeAll
    void build() {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", "198.51.100.10", "2001:db8:100::10");
        gwaihir.shell("printf '" + SERVER4 + " shadowfax\\n" + SERVER6 + " shadowfax\\n' >>/etc/hosts");
        agent = new AnnouncingHost(gwaihir);
        shadowfax = MailHost.on(lab.host("shadowfax", SERVER4, SERVER6), "hold_grace = \"5s\"")
                .user(agent.publicKey())
                .start();
    }

    @AfterAll
    void close() {
        shadowfax.close();
        lab.close();
    }

    private void nothingLeased() {
        shadowfax.daemon().command("revoke", "gerard");
    }

    @Test
    void onceAnnouncesTheAddressThatTheServerSees() {
        nothingLeased();
        CommandResult once = agent.run(TO4, "--once");
        assertThat(once.exit()).as(once.output()).isZero();
        assertThat(once.stdout()).startsWith("192.0.2.25:2222: granted gerard/gwaihir 198.51.100.10 until 20");
        assertThat(shadowfax.permits("198.51.100.10")).isTrue();
    }

    @Test
    void bothFamiliesAreEachProvedOverTheirOwnConnection() {
        nothingLeased();
        assertThat(agent.run(TO_BOTH, "--once", "--both-families").exit()).isZero();
        assertThat(shadowfax.permits("198.51.100.10")).isTrue();
        assertThat(shadowfax.permits("2001:db8:100::10")).isTrue();
    }

    @Test
    void ofAnInterfaceEachFamilyThatTheServerHasIsAnnounced() {
        nothingLeased();
        assertThat(agent.run(TO6, "--once", "--interface", "eth0", "--json").stdout())
                .contains("\"event\":\"granted\"", "2001:db8:100::10")
                .contains("\"event\":\"idle\"");
        assertThat(shadowfax.permits("198.51.100.10")).isFalse();
        assertThat(agent.run(TO_BOTH, "--once", "--interface", "eth0").exit()).isZero();
        assertThat(shadowfax.permits("198.51.100.10")).isTrue();
        assertThat(shadowfax.permits("2001:db8:100::10")).isTrue();
    }

    @Test
    void exitStatusTellsWhyItStopped() throws Exception {
        assertThat(agent.run("gerard@192.0.2.25:2222", "--once", "--address", "203.0.113.99"))
                .matches(result -> result.exit() == 77)
                .satisfies(result -> assertThat(result.stderr()).contains("refused address-not-yours"));
        assertThat(agent.run("nobody@192.0.2.25:2222", "--every", "1h"))
                .matches(result -> result.exit() == 77)
                .satisfies(result -> assertThat(result.stderr()).contains("key-refused", "user key add"));
        assertThat(agent.run("gerard@192.0.2.25:2223", "--once"))
                .matches(result -> result.exit() == 69)
                .satisfies(result -> assertThat(result.stderr()).contains("not reachable", "Connection refused"));
        assertThat(agent.run(TO4, "--once", "--interface", "ppp0"))
                .matches(result -> result.exit() == 1)
                .satisfies(result -> assertThat(result.stdout()).contains("there is no interface 'ppp0'"));
        assertThat(agent.run("gerard", "--once").exit()).isEqualTo(64);
        assertThat(agent.run(TO4, "--once", "-o", "Nonsense=yes").exit()).isEqualTo(64);
        assertThat(agent.run(TO4, "--once", "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=/dev/null"))
                .matches(result -> result.exit() == 78)
                .satisfies(result -> assertThat(result.stderr()).contains("host key is not known"));
    }

    @Test
    void aChangedHostKeyStopsThatServerLoudlyAndNoOther() throws Exception {
        Path wrong = agent.ssh().generateKey("someone-in-between", "ed25519");
        Path known = Files.writeString(
                gwaihir.folder().resolve("known"), "[192.0.2.25]:2222 " + SshClient.publicKey(wrong) + "\n");
        CommandResult once = agent.run(TO4, TO6, "--once", "-o", "UserKnownHostsFile=" + known);
        assertThat(once.exit()).isEqualTo(78);
        assertThat(once.stderr()).contains("192.0.2.25:2222: THE HOST KEY HAS CHANGED");
        assertThat(once.stdout()).contains("[2001:db8::25]:2222: granted");
    }

    @Test
    void aLostServerDoesNotStopTheOthers() {
        nothingLeased();
        CommandResult once = agent.run("gerard@192.0.2.99:2222", TO4, "--once", "-o", "ConnectTimeout=1");
        assertThat(once.exit()).isEqualTo(69);
        assertThat(once.stdout()).contains("192.0.2.25:2222: granted");
        assertThat(shadowfax.permits("198.51.100.10")).isTrue();
    }

    @Test
    void theIntervalRenews() {
        try (RunningCommand running = agent.startGranted(TO4, "--every", "1s", "--json")) {
            running.awaitOutput("\"event\":\"renewed\"", SOON);
        }
    }
}
