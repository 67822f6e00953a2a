package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("e2e")
final class HostKeysTest {
    @TempDir
    Path folder;

    @Test
    void keysAreMadeOncePrivateAndWholeAndAreNeverOverwritten() throws Exception {
        Path keys = folder.resolve("a/host-keys");
        var made = HostKeys.loadOrMake(keys).getFirst().getPublic();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys)))
                .isEqualTo("rwx------");
        Path file = keys.resolve("ssh_host_ed25519_key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(keys)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "ssh_host_ed25519_key",
                            "ssh_host_ed25519_key.pub",
                            "ssh_host_rsa_key",
                            "ssh_host_rsa_key.pub");
        }
        assertThat(HostKeys.loadOrMake(keys).getFirst().getPublic()).isEqualTo(made);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> HostKeys.loadOrMake(keys))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600 " + file);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        for (String garbage : new String[] {
            "", "garbage\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"
        }) {
            Files.writeString(file, garbage);
            assertThatThrownBy(() -> HostKeys.loadOrMake(keys))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file + ": no usable host key")
                    .hasMessageContaining("move it away");
            assertThat(file).hasContent(garbage);
        }
    }
}
