package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.lease.Lease;

/** {@code ssh -N}: a lease for as long as the connection lasts. The grace here is 4 s, so signs of life are asked for each second. */
@Tag("e2e")
final class HeldConnectionTest {
    private static final long GRACE_MS = 4000;

    @TempDir
    Path folder;

    private EndpointRig rig;
    private final List<Process> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        rig = new EndpointRig(folder, GRACE_MS, 200, Duration.ofSeconds(20));
        rig.user("gerard", true, rig.makeKey("key"));
    }

    @AfterEach
    void stop() throws Exception {
        for (Process client : clients) {
            client.destroyForcibly().waitFor();
        }
        rig.close();
    }

    @Test
    void aConnectionWithoutACommandHoldsALeaseWhileItLasts() throws Exception {
        Process client = hold("gerard+gwaihir");
        awaitLease("gwaihir");
        Lease first = lease("gwaihir");
        assertThat(first.held()).isTrue();
        assertThat(first.expiresAtMs() - first.renewedAtMs()).isEqualTo(GRACE_MS);

        // It outlives its own end by being renewed.
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.registry.now().wallMs() > first.expiresAtMs() + 500);
        assertThat(rig.hasLease("gerard", "gwaihir")).isTrue();

        client.destroy();
        client.waitFor();
        await().atMost(Duration.ofMillis(GRACE_MS + 1500)).until(() -> !rig.hasLease("gerard", "gwaihir"));
    }

    /** PITFALLS 25. */
    @Test
    void pitfall25AHalfDeadConnectionLosesItsLeaseAfterTheGraceAndIsClosed() throws Exception {
        Process client = hold("gerard+gwaihir");
        awaitLease("gwaihir");
        ProcessRun.of(folder, List.of("kill", "-STOP", "" + client.pid()));
        long stoppedMs = rig.registry.now().monotonicMs();

        await().atMost(Duration.ofMillis(2 * GRACE_MS)).until(() -> !rig.hasLease("gerard", "gwaihir"));
        assertThat(rig.registry.now().monotonicMs() - stoppedMs).isLessThan(GRACE_MS + 1000);
        await().atMost(Duration.ofMillis(GRACE_MS)).until(() -> rig.endpoint.connectionCount() == 0);
        ProcessRun.of(folder, List.of("kill", "-CONT", "" + client.pid()));
        assertThat(client.waitFor(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aRevokedLeaseClosesTheConnectionThatHeldItWithTheReason() throws Exception {
        Process client = hold("gerard+gwaihir");
        awaitLease("gwaihir");

        assertThat(rig.ssh("key", "gerard", "revoke", "--device", "gwaihir").status())
                .isZero();

        assertThat(client.waitFor(3, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).isEqualTo(255);
        assertThat(Files.readString(folder.resolve("held.err"))).contains("was ended: by its owner over SSH");
        assertThat(rig.hasLease("gerard", "gwaihir")).isFalse();
    }

    @Test
    void removingTheKeyEndsConnectionAndLeaseAtTheSameReload() throws Exception {
        Process client = hold("gerard+gwaihir");
        awaitLease("gwaihir");

        rig.user("gerard", true, rig.makeKey("another"));

        assertThat(rig.hasLease("gerard", "gwaihir")).isFalse();
        assertThat(client.waitFor(3, TimeUnit.SECONDS)).isTrue();
        assertThat(rig.ssh("key", "gerard", "help").status()).isEqualTo(255);
        assertThat(rig.ssh("another", "gerard", "help").status()).isZero();
    }

    @Test
    void disablingTheUserEndsConnectionAndLeaseAtTheSameReload() throws Exception {
        Process client = hold("gerard+gwaihir");
        awaitLease("gwaihir");

        rig.user("gerard", false, Files.readString(folder.resolve("key.pub")));

        assertThat(rig.hasLease("gerard", "gwaihir")).isFalse();
        assertThat(client.waitFor(3, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anOptionThatIsAddedToTheKeyEndsItsConnectionsWhichMustProveAgain() throws Exception {
        Process client = hold("gerard+gwaihir");
        awaitLease("gwaihir");

        rig.user("gerard", true, "from=\"203.0.113.0/24\" " + Files.readString(folder.resolve("key.pub")));

        assertThat(client.waitFor(3, TimeUnit.SECONDS)).isTrue();
        assertThat(rig.ssh("key", "gerard", "announce").err()).startsWith("refused from-not-allowed ");
    }

    @Test
    void aKeyThatExpiresEndsItsLeaseAtThatVerySecondAndThenItsConnection() throws Exception {
        long endMs = (rig.registry.now().wallMs() / 1000 + 5) * 1000;
        String end = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'")
                .withZone(ZoneOffset.UTC)
                .format(Instant.ofEpochMilli(endMs));
        rig.user("gerard", true, "expiry-time=\"" + end + "\" " + Files.readString(folder.resolve("key.pub")));
        Process client = hold("gerard+gwaihir");
        awaitLease("gwaihir");
        assertThat(lease("gwaihir").expiresAtMs()).isLessThanOrEqualTo(endMs);

        await().atMost(Duration.ofSeconds(10)).until(() -> rig.registry.now().wallMs() >= endMs);
        assertThat(rig.hasLease("gerard", "gwaihir")).isFalse();
        assertThat(client.waitFor(GRACE_MS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(Files.readString(folder.resolve("held.err"))).contains("expired");
    }

    @Test
    void anAuthorityThatIsNoLongerTrustedEndsWhatItsCertificatesHold() throws Exception {
        String authority = rig.makeKey("ca");
        rig.makeKey("signed");
        sign("-n", "gerard");
        rig.user("gerard", true);
        rig.trust(authority);
        Process client = holdWith("signed", "gerard+gwaihir");
        awaitLease("gwaihir");

        rig.distrust();

        assertThat(rig.hasLease("gerard", "gwaihir")).isFalse();
        assertThat(client.waitFor(3, TimeUnit.SECONDS)).isTrue();
        assertThat(rig.ssh("signed", "gerard", "help").status()).isEqualTo(255);
    }

    @Test
    void aCertificateThatEndsEndsItsLeaseAndItsConnection() throws Exception {
        String authority = rig.makeKey("ca");
        rig.makeKey("signed");
        rig.user("gerard", true, "cert-authority " + authority);
        sign("-n", "gerard", "-V", "-1m:+6s");
        Process client = holdWith("signed", "gerard+gwaihir");
        awaitLease("gwaihir");

        await().atMost(Duration.ofSeconds(12)).until(() -> !rig.hasLease("gerard", "gwaihir"));
        assertThat(client.waitFor(GRACE_MS + 1000, TimeUnit.MILLISECONDS)).isTrue();
    }

    private void sign(String... flags) throws Exception {
        List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-s", "ca", "-I", "test"));
        command.addAll(List.of(flags));
        command.add("signed.pub");
        assertThat(ProcessRun.of(folder, command).status()).isZero();
    }

    @Test
    void aHoldThatIsRefusedIsClosedWithTheReason() throws Exception {
        rig.user("gerard", false, Files.readString(folder.resolve("key.pub")));
        ProcessRun run = rig.ssh("key", "gerard", "-oLogLevel=INFO", "-N");
        assertThat(run.status()).isEqualTo(255);
        assertThat(run.err()).contains("refused disabled");
    }

    @Test
    void aCommandHoldsNothing() throws Exception {
        assertThat(rig.ssh("key", "gerard", "help").status()).isZero();
        assertThat(rig.registry.book().size()).isZero();
    }

    private Process hold(String login) throws Exception {
        return holdWith("key", login);
    }

    private Process holdWith(String key, String login) throws Exception {
        Process client = new ProcessBuilder(rig.sshCommand(key, login, "-oLogLevel=INFO", "-N"))
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("held.err").toFile())
                .start();
        clients.add(client);
        return client;
    }

    private void awaitLease(String device) {
        await().atMost(Duration.ofSeconds(10)).until(() -> rig.hasLease("gerard", device));
    }

    private Lease lease(String device) {
        Lease lease = rig.lease("gerard", device);
        assertThat(lease).isNotNull();
        return Objects.requireNonNull(lease);
    }
}
