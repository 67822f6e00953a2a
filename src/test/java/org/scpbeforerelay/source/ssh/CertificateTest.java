package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.lease.Lease;

/** OpenSSH user certificates, signed by ssh-keygen and shown by OpenSSH's client. */
@Tag("e2e")
final class CertificateTest {
    @TempDir
    Path folder;

    private EndpointRig rig;
    private String authority = "";

    @BeforeEach
    void start() throws Exception {
        rig = new EndpointRig(folder);
        authority = rig.makeKey("ca");
        rig.makeKey("key");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aTrustedAuthoritysCertificateSpeaksForTheUserItNames() throws Exception {
        rig.user("gerard", true);
        rig.user("frodo", true);
        rig.trust(authority);
        sign("-n", "gerard", "-V", "+10m");

        ProcessRun run = rig.ssh("key", "gerard+gwaihir", "announce");
        assertThat(run.status()).as(run.err()).isZero();
        Lease lease = rig.lease("gerard", "gwaihir");
        assertThat(lease).isNotNull();
        // The term is 20 minutes; no lease outlasts the certificate.
        assertThat(lease == null ? 0 : lease.expiresAtMs())
                .isBetween(1L, rig.registry.now().wallMs() + 600_000);
        assertThat(rig.ssh("key", "frodo", "help").status()).isEqualTo(255);
        assertThat(rig.ssh("key", "sauron", "help").status()).isEqualTo(255);
    }

    @Test
    void anAuthorityOfOneUserSpeaksForThatUserByItsPrincipals() throws Exception {
        rig.user("gerard", true, "cert-authority,principals=\"relay,mail\" " + authority);
        rig.user("frodo", true);
        sign("-n", "relay");
        assertThat(rig.ssh("key", "gerard", "announce").status()).isZero();
        assertThat(rig.ssh("key", "frodo", "announce").status()).isEqualTo(255);
        sign("-n", "gerard");
        assertThat(rig.ssh("key", "gerard", "announce").status()).isEqualTo(255);
    }

    @Test
    void whatACertificateDoesNotAllowIsNotDone() throws Exception {
        rig.user("gerard", true);
        rig.trust(authority);
        for (List<String> flags : List.of(
                List.of("-n", "frodo"),
                List.of("-n", "gerard", "-V", "20200101:20200102"),
                List.of("-n", "gerard", "-V", "20400101:20400102"),
                List.of("-n", "gerard", "-O", "source-address=203.0.113.0/24"),
                List.of("-n", "gerard", "-O", "force-command=date"),
                List.of("-n", "gerard", "-O", "critical:unheard-of=1"),
                List.of("-h", "-n", "gerard"),
                List.<String>of())) {
            sign(flags.toArray(String[]::new));
            assertThat(rig.ssh("key", "gerard", "announce").status())
                    .as(flags.toString())
                    .isEqualTo(255);
        }
        sign("-n", "gerard", "-O", "source-address=127.0.0.0/8");
        assertThat(rig.ssh("key", "gerard", "announce").status()).isZero();
    }

    @Test
    void theAuthoritysOwnKeyAndAnothersCertificateSpeakForNobody() throws Exception {
        rig.user("gerard", true, "cert-authority " + authority);
        assertThat(rig.ssh("ca", "gerard", "help").status()).isEqualTo(255);
        String other = rig.makeKey("other-ca");
        assertThat(other).isNotEmpty();
        sign("other-ca", new String[] {"-n", "gerard"});
        assertThat(rig.ssh("key", "gerard", "help").status()).isEqualTo(255);
    }

    private void sign(String... flags) throws Exception {
        sign("ca", flags);
    }

    private void sign(String by, String[] flags) throws Exception {
        Files.deleteIfExists(folder.resolve("key-cert.pub"));
        List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-s", by, "-I", "test"));
        command.addAll(List.of(flags));
        command.add("key.pub");
        ProcessRun run = ProcessRun.of(folder, command);
        assertThat(run.status()).as(run.err()).isZero();
    }
}
