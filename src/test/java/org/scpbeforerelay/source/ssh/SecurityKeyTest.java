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

/** Keys that live on a security token, shown by OpenSSH's client; the token is a software one behind an agent. */
@Tag("e2e")
final class SecurityKeyTest {
    @TempDir
    Path folder;

    private EndpointRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new EndpointRig(folder);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aTouchedTokenProvesWhoSomebodyIs() throws Exception {
        try (SoftwareToken ed25519 = SoftwareToken.ed25519(folder.resolve("agent-1"));
                SoftwareToken ecdsa = SoftwareToken.ecdsa(folder.resolve("agent-2"))) {
            rig.user("gerard", true, ed25519.line(), ecdsa.line());
            assertThat(announce(ed25519, "agent-1", "first").err()).isEmpty();
            assertThat(rig.hasLease("gerard", "first")).isTrue();
            assertThat(announce(ecdsa, "agent-2", "second").err()).isEmpty();
            assertThat(rig.hasLease("gerard", "second")).isTrue();
        }
    }

    @Test
    void aTokenThatNobodyTouchedProvesNothing() throws Exception {
        try (SoftwareToken token = SoftwareToken.ed25519(folder.resolve("agent-1"))) {
            rig.user("gerard", true, token.line());
            token.owner(0);
            assertThat(announce(token, "agent-1", "gwaihir").status()).isEqualTo(255);
            rig.user("gerard", true, "no-touch-required " + token.line());
            assertThat(announce(token, "agent-1", "gwaihir").status()).isEqualTo(255);
            assertThat(rig.registry.book().size()).isZero();
        }
    }

    @Test
    void verifyRequiredWantsItsOwnersFingerOrNumberToo() throws Exception {
        try (SoftwareToken token = SoftwareToken.ed25519(folder.resolve("agent-1"))) {
            rig.user("gerard", true, "verify-required " + token.line());
            assertThat(announce(token, "agent-1", "gwaihir").status()).isEqualTo(255);
            token.owner(SoftwareToken.TOUCHED | SoftwareToken.VERIFIED);
            assertThat(announce(token, "agent-1", "gwaihir").status()).isZero();
            assertThat(rig.hasLease("gerard", "gwaihir")).isTrue();
        }
    }

    @Test
    void anotherTokensSignatureIsNobodys() throws Exception {
        try (SoftwareToken token = SoftwareToken.ed25519(folder.resolve("agent-1"));
                SoftwareToken other = SoftwareToken.ed25519(folder.resolve("agent-2"))) {
            rig.user("gerard", true, token.line());
            assertThat(announce(other, "agent-2", "gwaihir").status()).isEqualTo(255);
        }
    }

    private ProcessRun announce(SoftwareToken token, String agent, String device) throws Exception {
        Files.writeString(folder.resolve("token.pub"), token.line() + "\n");
        List<String> command = new ArrayList<>(rig.sshCommand("token.pub", "gerard+" + device, "announce"));
        command.replaceAll(word -> word.equals("IdentityAgent=none") ? "IdentityAgent=" + folder.resolve(agent) : word);
        return ProcessRun.of(folder, command);
    }
}
