package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.KeyPair;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.source.ssh.AnnouncingClient.Copy;

/** The client of our own that tests and benchmarks use for many copies. */
@Tag("e2e")
final class AnnouncingClientTest {
    private static final int COPIES = 200;

    @TempDir
    Path folder;

    @Test
    void theFirstLookUpAfterACopySaysYesEveryTime() throws Exception {
        KeyPair key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
        try (EndpointRig rig = new EndpointRig(folder);
                AnnouncingClient client =
                        new AnnouncingClient(rig.endpoint.boundAddresses().getFirst(), key)) {
            rig.user("gerard", true, AnnouncingClient.line(key));
            for (int i = 0; i < COPIES; i++) {
                String device = "d" + i % 8;
                rig.registry
                        .revoke(new Selection.OfUser(new UserName("gerard")), "test")
                        .get();
                Copy copy = client.scp("gerard", device + "-ip", "127.0.0.1 0\n");
                assertThat(copy).isEqualTo(new Copy(0, ""));
                assertThat(rig.hasLease("gerard", device)).isTrue();
            }
            assertThat(client.scp("gerard", "gwaihir-ip", "203.0.113.7\n").text())
                    .contains("refused address-not-yours");
        }
    }
}
