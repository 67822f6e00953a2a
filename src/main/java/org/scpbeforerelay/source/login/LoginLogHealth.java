package org.scpbeforerelay.source.login;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches that each service's lines are still understood. Servers change their words with a new version (Dovecot 2.4 made {@code
 * Login} into {@code Logged in}), and a follower that waits for the old ones is blind and silent.
 */
final class LoginLogHealth {
    /** For so long logins must come of which none is understood; a stranger with an odd name alone is no alarm. */
    static final long ALARM_AFTER_MS = 10 * 60_000L;

    private static final Logger LOG = LoggerFactory.getLogger(LoginLogHealth.class);

    private final Map<String, Watch> services = new TreeMap<>();

    private static final class Watch {
        long logins;
        long lastLoginAtMs;
        long notUnderstood;
        long firstNotUnderstoodAtMs;
        long lastNotUnderstoodAtMs;
        String why = "";
    }

    LoginLogHealth(List<String> names) {
        follow(names);
    }

    /** From now on these services; what is known of those that stay is kept. */
    synchronized void follow(List<String> names) {
        services.keySet().retainAll(names);
        names.forEach(name -> services.putIfAbsent(name, new Watch()));
    }

    synchronized void understood(String service, long nowMs) {
        Watch watch = watch(service);
        watch.logins++;
        watch.lastLoginAtMs = nowMs;
        watch.notUnderstood = 0;
    }

    synchronized void notUnderstood(String service, String why, long nowMs) {
        Watch watch = watch(service);
        if (watch.notUnderstood == 0) {
            watch.firstNotUnderstoodAtMs = nowMs;
            LOG.warn("a line of {} that seems to be a login: {}; `check --log FILE` shows the line", service, why);
        }
        watch.notUnderstood++;
        watch.lastNotUnderstoodAtMs = nowMs;
        watch.why = why;
    }

    synchronized List<ServiceHealth> report() {
        return services.entrySet().stream()
                .map(service -> new ServiceHealth(
                        service.getKey(),
                        service.getValue().logins,
                        service.getValue().lastLoginAtMs,
                        service.getValue().notUnderstood,
                        alarm(service.getKey(), service.getValue())))
                .toList();
    }

    private static @Nullable String alarm(String service, Watch watch) {
        long lastedMs = watch.lastNotUnderstoodAtMs - watch.firstNotUnderstoodAtMs;
        if (watch.notUnderstood == 0 || lastedMs < ALARM_AFTER_MS) {
            return null;
        }
        return lastedMs / 60_000 + " minutes of logins by " + service + " and no line understood ("
                + watch.notUnderstood
                + " lines; the last: " + watch.why + "). A new version of it may write other words: `check --log FILE`"
                + " shows them, and an own format in the folder that [login_log] formats names can teach them";
    }

    private Watch watch(String service) {
        return services.computeIfAbsent(service, unseen -> new Watch());
    }
}
