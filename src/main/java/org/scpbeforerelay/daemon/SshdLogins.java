package org.scpbeforerelay.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.source.drop.LoginEvidence;
import org.scpbeforerelay.source.login.LoginLog;
import org.scpbeforerelay.source.login.LoginLogSettings;
import org.scpbeforerelay.source.login.format.FormatException;

/**
 * What {@code [drop] proof = "sshd-login"} goes by: the logins in sshd's own log, which is followed as long as the settings ask for
 * it. Nothing in it becomes a lease by itself.
 */
final class SshdLogins implements LoginEvidence, AutoCloseable {
    /** sshd's units: Debian's and the others', and the instances of a socket with {@code Accept=yes}. */
    static final List<String> UNITS = List.of("ssh.service", "sshd.service", "ssh@.service", "sshd@.service");

    /** Where a syslog daemon writes sshd's lines: Debian's place and Red Hat's. */
    static final List<Path> AUTH_LOGS = List.of(Path.of("/var/log/auth.log"), Path.of("/var/log/secure"));

    /** There while journald runs; its folders are on hosts without it, too. */
    private static final Path JOURNALD = Path.of("/run/systemd/journal/socket");

    private static final long COUNTS_MS = 15 * 60_000;

    private final Path folder;
    private final Registry registry;
    private final RecentLogins recent = new RecentLogins();
    private @Nullable LoginLogSettings followed;
    private @Nullable LoginLog log;

    /** @param folder for the places in the logs */
    SshdLogins(Path folder, Registry registry) {
        this.folder = folder;
        this.registry = registry;
    }

    /** Follows what these settings name, if anything. */
    void adopt(Settings.Drop drop) throws FormatException {
        boolean needed = drop.proof() == Settings.Drop.Proof.SSHD_LOGIN
                && !drop.directories().isEmpty();
        LoginLogSettings wanted = needed ? settings(drop.sshdLog(), Files.exists(JOURNALD), folder) : null;
        if (wanted == null || !wanted.equals(followed)) {
            close();
        }
        if (wanted != null && log == null) {
            LoginLog begun = LoginLog.witness(wanted, registry, recent);
            begun.start();
            log = begun;
            followed = wanted;
        }
    }

    /** Where to look: as told, else the journal, which knows who wrote a line, else the files, which anybody may have written to. */
    static LoginLogSettings settings(List<String> told, boolean journaldRuns, Path folder) {
        List<Path> files = told.stream()
                .filter(place -> place.startsWith("/"))
                .map(Path::of)
                .toList();
        List<String> units =
                told.stream().filter(place -> !place.startsWith("/")).toList();
        if (told.isEmpty()) {
            files = journaldRuns ? List.of() : AUTH_LOGS;
            units = journaldRuns ? UNITS : List.of();
        }
        return new LoginLogSettings(
                files, units, List.of("sshd"), null, COUNTS_MS, false, folder, ZoneId.systemDefault());
    }

    @Override
    public boolean loggedIn(String login, ClientAddress address, long fromMs, long toMs) {
        return recent.loggedIn(login, address, fromMs, toMs);
    }

    @Override
    public void close() {
        LoginLog following = log;
        if (following != null) {
            following.close();
        }
        log = null;
        followed = null;
    }
}
