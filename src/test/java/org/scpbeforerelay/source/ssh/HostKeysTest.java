package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
        var made = whole(keys);

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
        assertThat(whole(keys)).isEqualTo(made).hasSize(2);

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

    @Test
    void sshKeygenReadsThem() throws Exception {
        whole(folder);
        for (String type : List.of("ed25519", "rsa")) {
            Path file = folder.resolve("ssh_host_" + type + "_key");
            ProcessRun run = ProcessRun.of(folder, List.of("ssh-keygen", "-y", "-f", file.toString()));
            assertThat(run.status()).as(run.err()).isZero();
            assertThat(Files.readString(Path.of(file + ".pub")))
                    .contains(run.out().split(" ")[1]);
        }
    }

    /** As root without root's privilege to read everything: then its own files are closed to it as to anybody else. */
    @Test
    void aKeyThatMayNotBeReadIsToBeGivenToTheDaemonAndNotToBeMovedAway() throws Exception {
        whole(folder);
        Path file = folder.resolve("ssh_host_ed25519_key");
        Files.setPosixFilePermissions(file, Set.of());

        ProcessRun run = ProcessRun.of(
                folder,
                List.of(
                        "setpriv",
                        "--bounding-set=-dac_override,-dac_read_search",
                        "--inh-caps=-dac_override,-dac_read_search",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Loading.class.getName(),
                        folder.toString()));

        assertThat(run.out())
                .contains(file + ": the host key may not be read or made")
                .contains("chown it to the user that the daemon runs as")
                .doesNotContain("move it away");
    }

    /** Loads the keys and prints what is wrong with them. */
    static final class Loading {
        private Loading() {}

        public static void main(String[] arguments) {
            try {
                HostKeys.loadOrMake(Path.of(arguments[0])).close();
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** The public keys, as soon as all are made. */
    private static List<PublicKey> whole(Path folder) throws Exception {
        try (HostKeys keys = HostKeys.loadOrMake(folder)) {
            keys.whole().get(2, TimeUnit.MINUTES);
            List<PublicKey> all = new ArrayList<>();
            keys.loadKeys(null).forEach(key -> all.add(key.getPublic()));
            return all;
        }
    }

    @Test
    void nothingIsWrittenAfterTheEnd() throws Exception {
        HostKeys keys = HostKeys.loadOrMake(folder);
        keys.close();
        List<Path> then = files();

        keys.whole().get(2, TimeUnit.MINUTES);

        assertThat(files()).isEqualTo(then);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
