package org.scpbeforerelay.source.ssh;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often connections of an address (IPv6: of its /64) had a key exchange done for them and proved nothing, in a minute. It is
 * the exchange that costs us; keys cannot be guessed. Not safe from several threads.
 */
final class FailedLogins {
    private static final Logger LOG = LoggerFactory.getLogger(FailedLogins.class);
    private static final int ADDRESSES_REMEMBERED = 4096;
    private static final long WINDOW_MS = 60_000;

    private final int perMinuteMax;
    private final Clock clock;
    private final Map<ClientAddress, Failures> failuresOf = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ClientAddress, Failures> eldest) {
            return size() > ADDRESSES_REMEMBERED;
        }
    };

    /** How often an address failed since {@code sinceMs} of the monotonic clock. */
    private static final class Failures {
        long sinceMs;
        int count;
    }

    FailedLogins(int perMinuteMax, Clock clock) {
        this.perMinuteMax = perMinuteMax;
        this.clock = clock;
    }

    boolean areTooMany(ClientAddress address) {
        Failures failures = failuresOf.get(networkOf(address));
        return failures != null && isFresh(failures) && failures.count >= perMinuteMax;
    }

    void count(ClientAddress address, @Nullable String login) {
        Failures failures = failuresOf.computeIfAbsent(networkOf(address), network -> new Failures());
        if (!isFresh(failures)) {
            failures.sinceMs = clock.now().monotonicMs();
            failures.count = 0;
        }
        failures.count++;
        if (failures.count == 1) {
            String as = login == null
                    ? "no name"
                    : LoginName.tryParse(login).map(name -> "'" + login + "'").orElse("an impossible name");
            LOG.info("failed login from {} as {}; more of this minute are not logged", address, as);
        }
        if (failures.count == perMinuteMax) {
            LOG.info("{} failed logins from {} in a minute: turned away for the rest of it", failures.count, address);
        }
    }

    private boolean isFresh(Failures failures) {
        return failures.count > 0 && clock.now().monotonicMs() - failures.sinceMs < WINDOW_MS;
    }

    private static ClientAddress networkOf(ClientAddress address) {
        return address.isIpv4() ? address : address.masked(64);
    }
}
