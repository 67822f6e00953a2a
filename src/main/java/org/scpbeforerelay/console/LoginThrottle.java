package org.scpbeforerelay.console;

import java.util.LinkedHashMap;
import java.util.Map;
import org.scpbeforerelay.address.ClientAddress;

/**
 * Holds back who keeps coming with a wrong token: after so many failures of an address (IPv6: a /64) in a minute, wrong ones are told so
 * and neither counted nor logged until the minute is over. It is asked about wrong ones only: an address may be shared with whoever
 * knows the right one, as 127.0.0.1 is by all users of a host. Bounded; any thread.
 */
final class LoginThrottle {
    /** A person who mistypes has this many tries. */
    static final int FAILURES_MAX = 10;

    static final long WINDOW_MS = 60_000;
    private static final int ADDRESSES_MAX = 1024;

    private final Map<ClientAddress, Failures> failuresOf = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ClientAddress, Failures> eldest) {
            return size() > ADDRESSES_MAX;
        }
    };
    private long failures;
    private long turnedAway;

    private record Failures(long sinceMs, int count) {}

    /** How long, in milliseconds, this address is held back yet; 0 when it is not. */
    synchronized long heldBackMs(ClientAddress address, long monotonicMs) {
        Failures known = failuresOf.get(network(address));
        if (known == null || known.count < FAILURES_MAX) {
            return 0;
        }
        long left = Math.max(0, known.sinceMs + WINDOW_MS - monotonicMs);
        turnedAway += left > 0 ? 1 : 0;
        return left;
    }

    /** Counts a failure; gives how many there were in this minute. */
    synchronized int failed(ClientAddress address, long monotonicMs) {
        failures++;
        return failuresOf.merge(
                        network(address),
                        new Failures(monotonicMs, 1),
                        (known, one) -> monotonicMs - known.sinceMs < WINDOW_MS
                                ? new Failures(known.sinceMs, known.count + 1)
                                : one)
                .count;
    }

    /** How many failures there were since the start. */
    synchronized long failures() {
        return failures;
    }

    /** How many visits were turned away besides. */
    synchronized long turnedAway() {
        return turnedAway;
    }

    private static ClientAddress network(ClientAddress address) {
        return address.isIpv4() ? address : address.masked(64);
    }
}
