package org.scpbeforerelay.source.ssh;

import java.util.concurrent.atomic.LongAdder;
import org.scpbeforerelay.clock.Timings;

/** What the endpoint has counted since it was made. Read by any thread. */
public final class SshStatistics {
    private final LongAdder authenticated = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();
    private final Timings handshakes =
            Timings.ofSeconds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20);

    void proved(long ns) {
        authenticated.increment();
        handshakes.tookNs(ns);
    }

    void gaveUp() {
        failed.increment();
    }

    void closedUnheard() {
        turnedAway.increment();
    }

    /** Connections that proved who they are. */
    public long authenticated() {
        return authenticated.sum();
    }

    /** Connections that ended without having done so. */
    public long failed() {
        return failed.sum();
    }

    /** Connections that were closed unheard: too many wait, too many failed, file handles are short, or a proxy's header is wrong. */
    public long turnedAway() {
        return turnedAway.sum();
    }

    /** From the connection to the proof. */
    public Timings handshakes() {
        return handshakes;
    }
}
