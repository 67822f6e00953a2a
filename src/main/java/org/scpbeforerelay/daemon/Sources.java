package org.scpbeforerelay.daemon;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.console.metrics.Figures;
import org.scpbeforerelay.doctor.LogExam;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.source.drop.DropHealth;
import org.scpbeforerelay.source.drop.DropSettings;
import org.scpbeforerelay.source.drop.DropSource;
import org.scpbeforerelay.source.login.LoginLog;
import org.scpbeforerelay.source.login.LoginLogSettings;
import org.scpbeforerelay.source.login.ServiceHealth;
import org.scpbeforerelay.source.login.format.FormatException;
import org.scpbeforerelay.source.ssh.EndpointSettings;
import org.scpbeforerelay.source.ssh.SshEndpoint;
import org.scpbeforerelay.source.ssh.SshStatistics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Where announcements come in: the SSH endpoint, drop directories, login logs. */
final class Sources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

    private final Places places;
    private final Registry registry;
    private final Clock clock;
    private final Deque<AutoCloseable> begun = new ArrayDeque<>();
    private @Nullable SshEndpoint ssh;
    private @Nullable LoginLog loginLog;
    private @Nullable DropSource drop;
    private @Nullable SshdLogins sshd;

    Sources(Places places, Registry registry, Clock clock) {
        this.places = places;
        this.registry = registry;
        this.clock = clock;
    }

    void start(Configuration configuration) throws IOException, SettingsException {
        Settings settings = configuration.settings();
        LoginLog log = begin(loginLog(settings));
        loginLog = log;
        log.start();
        beginDrop(configuration);
        EndpointSettings endpointSettings = configuration.ssh(places);
        if (!endpointSettings.listen().isEmpty()) {
            SshEndpoint endpoint = begin(new SshEndpoint(endpointSettings, registry, clock, configuration.keyring()));
            endpoint.start();
            ssh = endpoint;
        }
    }

    /** Takes other users and settings into force. */
    void adopt(Configuration next, List<String> remarks) {
        SshEndpoint endpoint = ssh;
        if (endpoint != null) {
            endpoint.reload(next.keyring(), next.settings().ssh().proxies());
        }
        LoginLog log = loginLog;
        if (log != null) {
            try {
                log.adopt(settings(next.settings()));
            } catch (FormatException e) {
                remarks.add("[login_log] cannot be taken into force: " + e.getMessage());
            }
        }
        DropSource source = drop;
        try {
            if (source == null) {
                beginDrop(next);
            } else {
                evidence(next);
                source.adopt(next.drop(), next.roster());
            }
        } catch (IOException | SettingsException e) {
            remarks.add("[drop] cannot be taken into force: " + e.getMessage());
        }
    }

    /** Where the SSH endpoint listens; empty when it is off. */
    List<InetSocketAddress> sshAddresses() {
        SshEndpoint endpoint = ssh;
        return endpoint == null ? List.of() : endpoint.boundAddresses();
    }

    /** Adds how they fare to {@code status}. */
    void describe(ObjectNode status, ArrayNode problems) {
        LoginLog log = loginLog;
        if (log != null) {
            ArrayNode rows = status.putArray("login_log");
            for (ServiceHealth health : log.health()) {
                rows.addObject()
                        .put("service", health.service())
                        .put("logins", health.logins())
                        .put("not_understood", health.notUnderstood());
                String alarm = health.alarm();
                if (alarm != null) {
                    problems.add("login log, " + health.service() + ": " + alarm);
                }
            }
            log.troubles().forEach(problems::add);
        }
        DropSource source = drop;
        if (source != null) {
            DropHealth health = source.health();
            status.putObject("drop")
                    .put("directories", health.directories())
                    .put("watched", health.watched())
                    .put("files", health.files())
                    .put("announced", health.announced())
                    .put("refused", health.refused());
            health.troubles().forEach(trouble -> problems.add("drop: " + trouble));
        }
    }

    /** Gives how they fare in figures. */
    void measure(Figures figures) {
        SshEndpoint endpoint = ssh;
        if (endpoint != null) {
            measure(figures, endpoint);
        }
        LoginLog log = loginLog;
        if (log != null) {
            for (ServiceHealth health : log.health()) {
                figures.counter(
                        "login_log_logins", "Logins found in logs.", health.logins(), "service", health.service());
                figures.counter(
                        "login_log_lines_not_understood",
                        "Lines of logs that look like logins and are not understood.",
                        health.notUnderstood(),
                        "service",
                        health.service());
            }
        }
        DropSource source = drop;
        if (source != null) {
            DropHealth health = source.health();
            figures.gauge("drop_directories", "Drop directories that are read.", health.directories());
            figures.counter("drop_files_announced", "Announcements by dropped files.", health.announced());
            figures.counter("drop_files_refused", "Dropped files that were refused.", health.refused());
        }
    }

    private static void measure(Figures figures, SshEndpoint endpoint) {
        SshStatistics statistics = endpoint.statistics();
        String help = "Connections of SSH clients: authenticated, failed, or turned away unheard.";
        figures.counter("ssh_connections", help, statistics.authenticated(), "outcome", "authenticated");
        figures.counter("ssh_connections", help, statistics.failed(), "outcome", "failed");
        figures.counter("ssh_connections", help, statistics.turnedAway(), "outcome", "turned-away");
        figures.gauge("ssh_connections_open", "Authenticated connections that are open.", endpoint.connectionCount());
        figures.timings(
                "ssh_handshake_seconds",
                "From the connection of an SSH client to the proof of who it is.",
                statistics.handshakes().read());
    }

    @Override
    public void close() {
        while (!begun.isEmpty()) {
            try {
                begun.pop().close();
            } catch (Exception e) {
                LOG.warn("ending: {}", e.toString());
            }
        }
    }

    private void beginDrop(Configuration configuration) throws IOException, SettingsException {
        DropSettings settings = configuration.drop();
        if (settings.directories().isEmpty()) {
            return;
        }
        DropSource source = begin(new DropSource(
                settings,
                configuration.roster(),
                registry,
                clock,
                evidence(configuration),
                places.dataDirectory().resolve("drop-seen")));
        source.start();
        drop = source;
    }

    /** Follows sshd's own log where {@code proof} asks for it, and as the settings have it now. */
    private SshdLogins evidence(Configuration configuration) throws SettingsException {
        SshdLogins logins = sshd;
        if (logins == null) {
            logins = begin(new SshdLogins(places.dataDirectory().resolve("sshd-logins"), registry));
            sshd = logins;
        }
        try {
            logins.adopt(configuration.settings().drop());
        } catch (FormatException e) {
            throw LogExam.wrong(places.settingsFile(), e);
        }
        return logins;
    }

    private LoginLog loginLog(Settings settings) throws SettingsException {
        try {
            return new LoginLog(settings(settings), registry);
        } catch (FormatException e) {
            throw LogExam.wrong(places.settingsFile(), e);
        }
    }

    private LoginLogSettings settings(Settings settings) {
        Settings.LoginLog log = settings.loginLog();
        return new LoginLogSettings(
                log.files(),
                log.journal(),
                log.services(),
                log.formats(),
                log.term().ms(),
                log.endAtLogout(),
                places.dataDirectory().resolve("login-log"),
                ZoneId.systemDefault());
    }

    private <T extends AutoCloseable> T begin(T part) {
        begun.push(part);
        return part;
    }
}
