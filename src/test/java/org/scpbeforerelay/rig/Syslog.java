package org.scpbeforerelay.rig;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Duration;

/**
 * The real rsyslogd of Debian's package in a lab host, which writes {@code /var/log/auth.log} as there. The host gets a
 * {@code /dev} of its own for it, since that is where every program finds its syslog. Make the host with
 * {@code lab.server(name, List.of("rsyslog", ...), ...)}.
 */
public final class Syslog implements AutoCloseable {
    public static final String AUTH_LOG = "/var/log/auth.log";

    private final RunningCommand program;

    private Syslog(RunningCommand program) {
        this.program = program;
    }

    /** Starts one and returns when it takes lines. Start it before the programs whose lines it is to have. */
    public static Syslog start(Host host) {
        host.shell("""
                mkdir -p /run/dev
                mount -t tmpfs -o mode=755 dev /run/dev
                for node in null zero full random urandom tty ptmx; do
                    if [ -e /dev/$node ]; then : >/run/dev/$node; mount --bind /dev/$node /run/dev/$node; fi
                done
                for folder in pts shm; do
                    if [ -d /dev/$folder ]; then mkdir /run/dev/$folder; mount --bind /dev/$folder /run/dev/$folder; fi
                done
                ln -s /proc/self/fd /run/dev/fd
                mount --rbind /run/dev /dev
                """);
        host.write("/etc/rsyslog-lab.conf", """
                module(load="imuxsock")
                auth,authpriv.*  %s
                *.*;auth,authpriv.none  -/var/log/syslog
                """.formatted(AUTH_LOG), 0644);
        var program = host.start(
                "rsyslogd", "/usr/sbin/rsyslogd", "-n", "-f", "/etc/rsyslog-lab.conf", "-i", "/run/rsyslog.pid");
        await().atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    if (!program.isRunning()) {
                        throw new IllegalStateException("rsyslogd ended: " + program.output());
                    }
                    return Files.exists(host.path("/dev/log"));
                });
        return new Syslog(program);
    }

    @Override
    public void close() {
        program.close();
    }
}
