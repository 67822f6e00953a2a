package org.scpbeforerelay.rig;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The real sshd of Debian's package in a lab host, without PAM, keys only, with host keys and authorized keys below the
 * host's private {@code /etc/ssh}. Make the host with {@code lab.server(name, List.of("openssh-server"), ...)}.
 */
public final class OpenSshServer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final String FOLDER = "/etc/ssh/lab";
    private static final int SSHD_ID = 60027;
    private static final int FIRST_USER_ID = 60100;

    private final Host host;
    private final int port;
    private final RunningCommand program;
    private int users;

    private OpenSshServer(Host host, int port, RunningCommand program) {
        this.host = host;
        this.port = port;
        this.program = program;
    }

    /** Starts one and returns when it takes connections; one to a host.
     *
     * @param moreLines lines of sshd_config that come before the rig's own, and so win; a {@code Match} block is not
     *     for here, see {@link #addSftpOnlyUser}
     */
    public static OpenSshServer start(Host host, int port, String... moreLines) {
        return start(host, port, List.of("-D", "-e"), moreLines);
    }

    /** The same, and it logs to {@link Syslog}, as the system's does; {@link #log} then has nothing. */
    public static OpenSshServer startWithSyslog(Host host, int port, String... moreLines) {
        return start(host, port, List.of("-D"), moreLines);
    }

    private static OpenSshServer start(Host host, int port, List<String> options, String... moreLines) {
        if (!Files.exists(host.path("/usr/sbin/sshd"))) {
            throw new IllegalStateException(host.name() + " has no sshd: make it with lab.server(\"" + host.name()
                    + "\", List.of(\"openssh-server\"), ...)");
        }
        host.addUser("sshd", SSHD_ID, "/run/sshd");
        host.shell("mkdir -p " + FOLDER + "/authorized /var/lib/lab && groupadd -g 60028 sftponly\n"
                + "ssh-keygen -q -t ed25519 -N '' -f " + FOLDER + "/host_key");
        host.write(FOLDER + "/sshd_config", configuration(port, moreLines), 0600);
        List<String> command = new ArrayList<>(List.of("/usr/sbin/sshd", "-f", FOLDER + "/sshd_config"));
        command.addAll(options);
        var program = host.start("sshd", command.toArray(String[]::new));
        var server = new OpenSshServer(host, port, program);
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(server::listens);
        return server;
    }

    private static String configuration(int port, String... moreLines) {
        return List.of(moreLines).stream().map(line -> line + "\n").collect(Collectors.joining())
                + """
                Port %d
                HostKey %s/host_key
                AuthorizedKeysFile %s/authorized/%%u
                PidFile none
                UsePAM no
                UseDNS no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                LogLevel VERBOSE
                Subsystem sftp internal-sftp
                Match Group sftponly
                    ChrootDirectory %%h
                    ForceCommand internal-sftp
                    AllowTcpForwarding no
                """.formatted(port, FOLDER, FOLDER);
    }

    private boolean listens() throws Exception {
        if (!program.isRunning()) {
            throw new IllegalStateException("sshd ended: " + program.output());
        }
        return host.inside(() -> {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1000);
                return true;
            } catch (IOException _) {
                return false;
            }
        });
    }

    /** Adds a user with a shell, who logs in with any of these public keys (lines of authorized_keys). */
    public void addUser(String user, String... authorizedKeys) {
        int id = FIRST_USER_ID + users++;
        String home = "/var/lib/lab/" + user;
        host.addUser(user, id, home);
        host.shell("install -d -o %d -g %d -m 755 %s".formatted(id, id, home));
        authorize(user, authorizedKeys);
    }

    /** Adds a user who is shut into the home folder with nothing but SFTP; {@code upload} in it can be written. */
    public void addSftpOnlyUser(String user, String... authorizedKeys) {
        int id = FIRST_USER_ID + users++;
        String home = "/var/lib/lab/" + user;
        host.addUser(user, id, home);
        host.shell("usermod -a -G sftponly %s\ninstall -d -o 0 -g 0 -m 755 %s\ninstall -d -o %d -g %d -m 755 %s/upload"
                .formatted(user, home, id, id, home));
        authorize(user, authorizedKeys);
    }

    /** Replaces a user's keys. */
    public void authorize(String user, String... authorizedKeys) {
        host.write(FOLDER + "/authorized/" + user, String.join("\n", authorizedKeys) + "\n", 0644);
    }

    /** The public host key as known_hosts wants it, without the host's name. */
    public String hostKey() {
        try {
            return Files.readString(host.path(FOLDER + "/host_key.pub")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What sshd logged. */
    public String log() {
        return program.output();
    }

    public long pid() {
        return program.pid();
    }

    @Override
    public void close() {
        program.close();
    }
}
