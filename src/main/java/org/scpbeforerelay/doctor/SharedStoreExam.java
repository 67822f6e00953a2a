package org.scpbeforerelay.doctor;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.StoreUrl;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.EngineHealth;
import org.scpbeforerelay.store.shared.RefusedByEngineException;
import org.scpbeforerelay.store.shared.redis.RedisAddress;
import org.scpbeforerelay.store.shared.redis.RedisAddress.Place;
import org.scpbeforerelay.store.shared.redis.RedisProbe;

/** The engine of a shared store: what in its settings loses data, lets strangers in, or stops announcements. */
final class SharedStoreExam {
    private static final long CLOCK_OFF_MS = 2_000;
    private static final Duration CERTIFICATE_ENDS = Duration.ofDays(21);
    private static final String MANUAL = "docs/many-hosts.md, \"The engine\"";

    private final RedisAddress address;
    private final RedisProbe probe;
    private final long nowMs;
    private final List<Finding> findings = new ArrayList<>();

    private SharedStoreExam(RedisAddress address, long nowMs) {
        this.address = address;
        this.probe = new RedisProbe(address);
        this.nowMs = nowMs;
    }

    /** Nothing where leases are kept on this host alone. */
    static List<Finding> examine(Settings settings, long nowMs) {
        if (settings.store().isEmbedded()) {
            return List.of();
        }
        SharedStoreExam exam = new SharedStoreExam(address(settings.store().shared()), nowMs);
        exam.examine();
        return exam.findings;
    }

    private static RedisAddress address(StoreUrl url) {
        List<Place> hosts = url.hosts().stream()
                .map(host -> new Place(host.host(), host.port()))
                .toList();
        return new RedisAddress(
                hosts, url.master(), url.tls(), url.authorities(), url.user(), url.password(), url.database());
    }

    private void examine() {
        examineSentinels();
        try {
            Place server = probe.server();
            examineDoor(server);
            examineHealth(server);
            RedisProbe.Pulse pulse = probe.pulse();
            examineClock(pulse.aheadMs(), server);
            examineReplicas(server, pulse.replicas());
        } catch (EngineException e) {
            String why = printable(e.getMessage());
            findings.add(Finding.problem(
                    "the shared store's engine cannot be used: " + why,
                    where(null),
                    "each host counts its own announcements alone, or refuses them ([store] when_away)",
                    remedy(why)));
        }
    }

    private String remedy(String why) {
        if (why.contains("WRONGPASS") || why.contains("NOAUTH")) {
            return "the name and password in [store] url, or of the account: redis-cli ACL LIST";
        }
        if (why.contains("NOPERM")) {
            return "give the account what " + MANUAL + " gives it: redis-cli ACL SETUSER " + account() + " …";
        }
        if (why.contains("certif")) {
            return "name who signed its certificate: [store] url = \"rediss://…?ca=/etc/ssl/redis-ca.pem\"";
        }
        if (why.contains("NOREPLICAS")) {
            return "redis-cli CONFIG SET min-replicas-to-write 0; the same in redis.conf";
        }
        if (why.contains("takes no writes")) {
            return "name the primary in [store] url, or Sentinels, which know it: redis+sentinel://…";
        }
        Place first = address.hosts().getFirst();
        return "redis-cli -h " + first.host() + " -p " + first.port()
                + " PING; does it run, and is the way to it open?";
    }

    private void examineSentinels() {
        if (address.master() == null) {
            return;
        }
        for (Place sentinel : address.hosts()) {
            try {
                probe.sentinel(sentinel);
                findings.add(Finding.good("a Sentinel answers", where(sentinel)));
            } catch (EngineException e) {
                findings.add(Finding.advice(
                        "a Sentinel does not answer: " + printable(e.getMessage()),
                        where(sentinel),
                        "the others are asked in its place; with none left, the engine is not found after a failover",
                        "redis-cli -h " + sentinel.host() + " -p " + sentinel.port() + " PING"));
            }
        }
    }

    /** Who may come in, and who may listen on the way. */
    private void examineDoor(Place server) throws EngineException {
        boolean far = !isLoopback(server.host());
        if (!address.tls() && far) {
            findings.add(
                    Finding.advice(
                            "the way to the shared store is not encrypted",
                            where(server),
                            "whoever listens there reads the password; with it anybody opens the relay on all hosts",
                            "[store] url = \"rediss://…\" (Redis: tls-port, tls-cert-file, tls-key-file), or a tunnel between the hosts"));
        }
        if (probe.isOpenToAll(server)) {
            Finding.Grade grade = far ? Finding.Grade.PROBLEM : Finding.Grade.ADVICE;
            findings.add(new Finding(
                    grade,
                    "the shared store's engine asks nobody for a password",
                    where(server),
                    "whoever reaches it may write a lease for any address: that opens the relay on all hosts",
                    "make the account of " + MANUAL + ", then: redis-cli ACL SETUSER default off"));
        } else if (address.user() == null) {
            findings.add(Finding.advice(
                    "this host comes to the shared store as its default user",
                    where(server),
                    "an account of its own may do what the daemon does and nothing else, such as CONFIG or FLUSHALL",
                    "the account of " + MANUAL + ", and its name in [store] url"));
        }
        Long endMs = probe.certificateEndMs(server);
        if (endMs != null && endMs < nowMs + CERTIFICATE_ENDS.toMillis()) {
            findings.add(new Finding(
                    endMs < nowMs ? Finding.Grade.PROBLEM : Finding.Grade.ADVICE,
                    "the certificate of the shared store's engine ends at " + Instant.ofEpochMilli(endMs),
                    where(server),
                    "from then on no host connects to it",
                    "renew it; then: redis-cli CONFIG SET tls-cert-file FILE, or restart the engine"));
        }
    }

    private void examineClock(long aheadMs, Place server) {
        if (Math.abs(aheadMs) > CLOCK_OFF_MS) {
            findings.add(Finding.problem(
                    "this host's clock is " + Math.abs(aheadMs) + " ms " + (aheadMs > 0 ? "ahead of" : "behind")
                            + " the shared store's",
                    where(server),
                    "leases of other hosts are not believed here, and what is granted here counts here alone",
                    "set both by NTP: apt-get install systemd-timesyncd (or chrony); timedatectl"));
        } else {
            findings.add(Finding.good("this host's clock agrees with the shared store's", where(server)));
        }
    }

    private void examineHealth(Place server) throws EngineException {
        EngineHealth health;
        try {
            health = probe.health(server);
        } catch (RefusedByEngineException e) {
            findings.add(Finding.advice(
                    "the shared store's engine answers, and what in its settings loses data could not be looked at: "
                            + printable(e.getMessage()),
                    where(server),
                    "an engine that evicts, or keeps nothing on disk, loses the log",
                    "redis-cli ACL SETUSER " + account() + " +info; or look yourself: redis-cli INFO"));
            return;
        }
        List<EngineHealth.Finding> found = health.findings();
        if (found.isEmpty()) {
            findings.add(Finding.good(
                    "the shared store's engine keeps what it is given, " + health.product(), where(server)));
        }
        for (EngineHealth.Finding one : found) {
            boolean worse = one.isFault() || one.what().contains("append-only") && keepsNothing(server);
            findings.add(new Finding(
                    worse ? Finding.Grade.PROBLEM : Finding.Grade.ADVICE,
                    one.what() + (worse && !one.isFault() ? " and makes no snapshots" : ""),
                    where(server),
                    one.why(),
                    one.remedy()));
        }
    }

    /** Whether it makes no snapshots either, as far as it lets itself be asked. */
    private boolean keepsNothing(Place server) throws EngineException {
        try {
            return probe.setting(server, "save").isEmpty();
        } catch (RefusedByEngineException e) {
            findings.add(Finding.advice(
                    "whether the shared store's engine makes snapshots could not be looked at",
                    where(server),
                    "without them and without an append-only file a restart is an empty start; the account of the manual may not ask, for"
                            + " CONFIG GET shows passwords too",
                    "redis-cli CONFIG GET save"));
            return false;
        }
    }

    private void examineReplicas(Place server, int connected) throws EngineException {
        if (connected == 0) {
            findings.add(Finding.advice(
                    "the shared store's engine has no replica",
                    where(server),
                    "while it is down, each host counts its own announcements alone; that is all",
                    address.master() == null
                            ? "a replica and three Sentinels, redis+sentinel://… (" + MANUAL + "); or leave it so"
                            : "redis-cli -h REPLICA REPLICAOF " + server.host() + " " + server.port()));
        }
        for (Place replica : probe.replicas(server)) {
            try {
                EngineHealth health = probe.health(replica);
                if (!health.appendsToDisk()) {
                    findings.add(Finding.advice(
                            "a replica of the shared store's engine has no append-only file",
                            where(replica),
                            "after a failover to it, a restart loses what is newer than its last snapshot",
                            "redis-cli -h " + replica.host() + " -p " + replica.port() + " CONFIG SET appendonly yes"));
                }
            } catch (EngineException e) {
                findings.add(Finding.advice(
                        "a replica of the shared store's engine could not be looked at: " + printable(e.getMessage()),
                        where(replica),
                        "after a failover hosts come to it as they come to the primary",
                        "the same account on it (ACL LIST is not replicated), and the way to it open"));
            }
        }
    }

    private String account() {
        return Objects.requireNonNullElse(address.user(), "default");
    }

    private String where(@Nullable Place server) {
        return "[store] url, " + (server == null ? address.toString() : server.toString());
    }

    private static boolean isLoopback(String host) {
        try {
            return host.toLowerCase(Locale.ROOT).equals("localhost")
                    || host.matches("[0-9.]+|[0-9a-fA-F:]+")
                            && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** What stands in the engine's place may say anything. */
    private static String printable(@Nullable String text) {
        return String.valueOf(text).replaceAll("[^\\x20-\\x7e]", "?");
    }
}
