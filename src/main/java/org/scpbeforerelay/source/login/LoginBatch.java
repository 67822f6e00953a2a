package org.scpbeforerelay.source.login;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.source.login.format.LoginSighting;
import org.scpbeforerelay.source.login.format.LoginSighting.Login;
import org.scpbeforerelay.source.login.format.LoginSighting.Logout;
import org.scpbeforerelay.source.login.format.LoginSighting.NoLogin;
import org.scpbeforerelay.source.login.format.LoginSighting.NotOurs;
import org.scpbeforerelay.source.login.format.LoginSighting.NotUnderstood;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From what one log says to announcements, in batches: of many logins of a user on an address only the last is announced, so that
 * a backlog costs no more than the people in it. For one thread.
 */
final class LoginBatch {
    private static final Logger LOG = LoggerFactory.getLogger(LoginBatch.class);

    /** So many leases in a batch make it be announced. */
    private static final int BATCH_MAX = 4_096;

    private static final long ANSWER_MAX_S = 10;
    private static final long RETRY_AFTER_MS = 1_000;
    private static final int REFUSED_MAX = 1_024;

    /** A refused address is not asked for again so soon: web mail on this very host logs in every second. */
    private static final long REFUSED_FOR_MS = 60_000;

    private final Registry registry;
    private final LoginLogSettings settings;
    private final OpenLogins open;
    private final LoginLogHealth health;

    private final Map<LeaseKey, Login> waiting = new LinkedHashMap<>();
    private final List<CompletableFuture<Revocation>> ending = new ArrayList<>();
    private final Map<LeaseKey, Long> refused = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<LeaseKey, Long> eldest) {
            return size() > REFUSED_MAX;
        }
    };
    private LeaseTerms refusedUnder;
    private LoginNames names;
    private long retryAtMs;

    LoginBatch(Registry registry, LoginLogSettings settings, OpenLogins open, LoginLogHealth health) {
        this.registry = registry;
        this.settings = settings;
        this.open = open;
        this.health = health;
        this.names = new LoginNames(registry.roster());
        this.refusedUnder = registry.terms();
    }

    void take(LoginSighting sighting, long nowMs) throws InterruptedException {
        switch (sighting) {
            case Login login -> {
                health.understood(login.service(), nowMs);
                take(login, nowMs);
            }
            case Logout logout -> {
                if (settings.endAtLogout()) {
                    ended(logout);
                }
            }
            case NotUnderstood not -> health.notUnderstood(not.service(), not.why(), nowMs);
            case NoLogin no -> {}
            case NotOurs not -> {}
        }
    }

    /** Announces what waits. False where it, or an end, could not be recorded: the store is away, and it is tried again. */
    boolean settle() throws InterruptedException {
        // Only then is the place behind these lines saved.
        return announceWaiting() && endsAreRecorded();
    }

    private boolean announceWaiting() throws InterruptedException {
        long nowMs = registry.now().wallMs();
        if (waiting.isEmpty()) {
            return true;
        }
        if (nowMs < retryAtMs && retryAtMs - nowMs <= RETRY_AFTER_MS) {
            return false;
        }
        Map<LeaseKey, CompletableFuture<Verdict>> answers = new LinkedHashMap<>();
        waiting.forEach((key, login) -> answers.put(key, registry.announce(announcement(key, login))));
        List<LeaseKey> done = new ArrayList<>();
        for (Map.Entry<LeaseKey, CompletableFuture<Verdict>> answer : answers.entrySet()) {
            if (isTaken(answer.getKey(), answer.getValue(), nowMs)) {
                done.add(answer.getKey());
            }
        }
        done.forEach(waiting::remove);
        if (!waiting.isEmpty()) {
            retryAtMs = nowMs + RETRY_AFTER_MS;
            waiting.values().removeIf(login -> isOver(login, nowMs));
        }
        return waiting.isEmpty();
    }

    private void take(Login login, long nowMs) throws InterruptedException {
        if (names.roster() != registry.roster()) {
            names = new LoginNames(registry.roster());
        }
        Optional<UserName> user = names.user(login.user());
        if (user.isEmpty()) {
            LOG.debug("{} is no user here: no lease for the login from {}", login.user(), login.address());
            return;
        }
        LeaseKey key = LeaseKey.of(new Principal(user.get(), DeviceName.LOGIN), login.address(), LeaseSource.LOGIN_LOG);
        if (settings.endAtLogout() && login.connection() != null) {
            Lease standing = registry.book().get(key);
            open.opened(key, login.connection(), standing != null && standing.activeAt(registry.now()));
        }
        // A line from before the term gives nothing: a log that is read again brings no lease back.
        if (isOver(login, nowMs) || wasRefusedLately(key, nowMs)) {
            return;
        }
        Login before = waiting.get(key);
        if (before == null || before.atMs() < login.atMs()) {
            waiting.put(key, login);
        }
        if (waiting.size() >= BATCH_MAX) {
            settle();
        }
    }

    private void ended(Logout logout) {
        LeaseKey key = open.closed(logout.connection());
        if (key == null) {
            return;
        }
        // Of a login that is over by the same lines nothing comes: read again after a crash, they revive no lease.
        waiting.remove(key);
        Lease lease = registry.book().get(key);
        if (lease != null && lease.source() == LeaseSource.LOGIN_LOG) {
            ending.add(registry.revoke(new Selection.InPlace(key), "logged out of " + logout.service()));
        }
    }

    private boolean endsAreRecorded() throws InterruptedException {
        boolean recorded = true;
        for (CompletableFuture<Revocation> end : ending) {
            try {
                recorded &= end.get(ANSWER_MAX_S, TimeUnit.SECONDS).recorded();
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                LOG.error("the end of a login could not be taken in", e);
            }
        }
        if (!recorded && registry.isStoreAway()) {
            return false; // The registry owes it to the store, and writes it when the store is back.
        }
        ending.clear();
        return true;
    }

    private Announcement announcement(LeaseKey key, Login login) {
        return new Announcement(
                key.principal(),
                LeaseSource.LOGIN_LOG,
                "",
                login.address(),
                List.of(),
                Announcement.Hold.NONE,
                Math.min(settings.termMs(), registry.terms().maxTermMs()),
                Announcement.NO_BOUND,
                login.atMs());
    }

    private boolean isTaken(LeaseKey key, CompletableFuture<Verdict> answer, long nowMs) throws InterruptedException {
        try {
            Verdict verdict = answer.get(ANSWER_MAX_S, TimeUnit.SECONDS);
            if (verdict instanceof Verdict.Refused no) {
                if (no.code() == RefusalCode.STORE_UNAVAILABLE || no.code() == RefusalCode.RATE_LIMITED) {
                    return false;
                }
                LOG.debug("login of {} refused: {}", key, no.reason());
                if (no.code() == RefusalCode.ADDRESS_NOT_ALLOWED) {
                    refused.put(key, nowMs);
                }
            }
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            LOG.error("the login of {} could not be judged", key, e);
            return true;
        }
    }

    private boolean wasRefusedLately(LeaseKey key, long nowMs) {
        if (refusedUnder != registry.terms()) {
            refused.clear();
            refusedUnder = registry.terms();
        }
        Long atMs = refused.get(key);
        return atMs != null && nowMs >= atMs && nowMs - atMs < REFUSED_FOR_MS;
    }

    private boolean isOver(Login login, long nowMs) {
        return login.atMs() + settings.termMs() <= nowMs;
    }
}
