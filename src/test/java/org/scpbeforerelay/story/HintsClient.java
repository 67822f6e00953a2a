package org.scpbeforerelay.story;

import java.nio.file.Path;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.SshClient;

/**
 * gwaihir's end of the hint: its send-ip, run as cron would. Only two things differ from the script of 2001: the grep, because
 * ifconfig no longer prints {@code inet addr:}, and the options of scp that name port, key and known hosts.
 */
final class HintsClient {
    private final Host host;
    private final String server;
    private final SshClient ssh;
    private final Path key;

    HintsClient(Host host, String server) {
        this.host = host;
        this.server = server;
        this.ssh = SshClient.on(host, "gerard");
        this.key = ssh.generateKey("gwaihir", "ed25519");
    }

    String publicKey() {
        return SshClient.publicKey(key);
    }

    SshClient ssh() {
        return ssh;
    }

    Path key() {
        return key;
    }

    /** Reads the interface's address, if it is up, and copies it to the server. */
    CommandResult sendIp() {
        String scp = String.join(" ", ssh.line("scp", key, "-P", "2222"));
        return host.exec("sh", "-c", """
                IF=eth0
                if ifconfig $IF | grep -q RUNNING; then
                    IP=`ifconfig $IF | grep 'inet ' | awk '{print $2}'`
                    echo "$IP 0" > gwaihir-ip
                    %s gwaihir-ip gerard@%s:tmp
                else
                    echo "$IF is down" >&2
                    exit 1
                fi
                """.formatted(scp, server));
    }
}
