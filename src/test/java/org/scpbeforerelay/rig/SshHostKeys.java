package org.scpbeforerelay.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Host keys for the daemons of tests, made once and kept for later runs: each daemon without one spends seconds of a processor on an RSA
 * key. JVMs that run tests side by side have each their own.
 */
public final class SshHostKeys {
    private static final Path FOLDER = Path.of(
                    System.getProperty("project.root", ""),
                    "target",
                    "test-host-keys",
                    System.getProperty("test.fork", "0"))
            .toAbsolutePath();

    private SshHostKeys() {}

    /** The folder with an Ed25519 and an RSA key, named as the daemon names its own. */
    public static synchronized Path folder() {
        try {
            Files.createDirectories(FOLDER);
            Files.setAttribute(FOLDER, "unix:mode", 0700);
            make("ed25519");
            make("rsa");
            return FOLDER;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void make(String type) throws IOException {
        Path key = FOLDER.resolve("ssh_host_" + type + "_key");
        if (Files.exists(key)) {
            return;
        }
        Path made = FOLDER.resolve("new");
        Files.deleteIfExists(made);
        // Of an Ed25519 key the length is given, and this one passed over.
        Commands.run(
                        Duration.ofSeconds(60),
                        "",
                        List.of(
                                "ssh-keygen",
                                "-q",
                                "-t",
                                type,
                                "-b",
                                "3072",
                                "-N",
                                "",
                                "-C",
                                "test",
                                "-f",
                                made.toString()))
                .orThrow();
        Files.move(
                made.resolveSibling("new.pub"),
                key.resolveSibling(key.getFileName() + ".pub"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.move(made, key);
    }

    /** Copies of the same keys, for a daemon that has its folder elsewhere. */
    public static void copyTo(Path folder) {
        Path from = folder();
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(folder);
            Files.setAttribute(folder, "unix:mode", 0700);
            for (Path key : files.toList()) {
                Files.copy(key, folder.resolve(key.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
