package org.scpbeforerelay.rig;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The server packages of Debian that {@code ./test} fetches and unpacks, without installing them: one folder for each
 * in {@code target/debian/NAME}, together with the libraries that a machine may lack. A lab host lays such a folder over
 * its own private {@code /usr}, {@code /etc} and {@code /var}.
 */
public final class DebianRoots {
    private DebianRoots() {}

    private static final Path FOLDER = Path.of(System.getProperty("project.root", ""), "target", "debian");

    /** One program that proves that a package was unpacked. */
    private static final Map<String, String> PROOFS = Map.ofEntries(
            Map.entry("postfix", "usr/sbin/smtp-sink"),
            Map.entry("dovecot", "usr/sbin/dovecot"),
            Map.entry("openssh-server", "usr/sbin/sshd"),
            Map.entry("rsyslog", "usr/sbin/rsyslogd"),
            Map.entry("redis", "usr/bin/redis-server"),
            Map.entry("haproxy", "usr/sbin/haproxy"),
            Map.entry("keepalived", "usr/sbin/keepalived"),
            Map.entry("prometheus", "usr/bin/promtool"),
            Map.entry("exim4", "usr/sbin/exim4"),
            Map.entry("opensmtpd", "usr/sbin/smtpd"),
            Map.entry("nftables", "usr/sbin/nft"),
            Map.entry("opendkim", "usr/sbin/opendkim"),
            Map.entry("rspamd", "usr/bin/rspamd"));

    /** The folder of an unpacked server.
     *
     * @throws IllegalStateException when it is not there, with the remedy
     */
    public static Path require(String server) {
        Path root = FOLDER.resolve(server).toAbsolutePath().normalize();
        String proof = PROOFS.get(server);
        if (!Files.isDirectory(root) || (proof != null && !Files.exists(root.resolve(proof)))) {
            throw new IllegalStateException("The test needs Debian's " + server + " unpacked in " + root
                    + ": run ./test once as root, it fetches and unpacks it (nothing is installed).");
        }
        return root;
    }

    /** Whether {@link #require} would find it. */
    public static boolean has(String server) {
        String proof = PROOFS.getOrDefault(server, "usr");
        return Files.exists(FOLDER.resolve(server).resolve(proof));
    }
}
