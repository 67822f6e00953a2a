package org.scpbeforerelay.bench;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.scpbeforerelay.rig.DebianRoots;

/**
 * The sshd of Debian's package on a loopback port, with one user who may log in by key. In a mount namespace of its own, where
 * the host knows the users {@code sshd} and {@code gerard}; the host itself does not. Needs root.
 */
final class PlainOpenSsh implements AutoCloseable {
    private static final int SSHD_ID = 60027;
    private static final int USER_ID = 60100;
    private static final Duration START_MAX = Duration.ofSeconds(10);

    private final Process process;

    private PlainOpenSsh(Process process) {
        this.process = process;
    }

    static PlainOpenSsh start(Path folder, int port, String authorizedKey) throws IOException {
        Path root = DebianRoots.require("openssh-server");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.writeString(folder.resolve("authorized"), authorizedKey + "\n");
        Files.writeString(
                folder.resolve("passwd"),
                Files.readString(Path.of("/etc/passwd"))
                        + "sshd:x:%d:65534::/run/sshd:/usr/sbin/nologin\ngerard:*:%d:%d::%s:/bin/sh\n"
                                .formatted(SSHD_ID, USER_ID, USER_ID, home));
        Files.writeString(folder.resolve("sshd_config"), """
                ListenAddress 127.0.0.1:%d
                HostKey %s/host_key
                AuthorizedKeysFile %s/authorized
                StrictModes no
                PidFile none
                UsePAM no
                UseDNS no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                MaxStartups 1000
                LogLevel ERROR
                """.formatted(port, folder, folder));
        String script = """
                set -e
                mount --bind %1$s/passwd /etc/passwd
                mount -t tmpfs tmpfs /run
                mkdir -m 755 /run/sshd
                chown %2$d %1$s/home
                ssh-keygen -q -t ed25519 -N '' -f %1$s/host_key
                export LD_LIBRARY_PATH=%3$s/usr/lib/x86_64-linux-gnu:%3$s/lib/x86_64-linux-gnu
                exec %3$s/usr/sbin/sshd -D -e -f %1$s/sshd_config
                """.formatted(folder, USER_ID, root);
        Process process = new ProcessBuilder(List.of("unshare", "-m", "sh", "-c", script))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        PlainOpenSsh server = new PlainOpenSsh(process);
        try {
            await().atMost(START_MAX).pollInterval(Duration.ofMillis(20)).until(() -> server.listens(port));
        } catch (ConditionTimeoutException | IllegalStateException e) {
            server.close();
            throw new IOException("sshd does not start; as root?", e);
        }
        return server;
    }

    private boolean listens(int port) {
        if (!process.isAlive()) {
            throw new IllegalStateException("sshd has ended");
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
