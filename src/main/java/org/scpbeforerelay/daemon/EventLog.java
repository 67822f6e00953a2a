package org.scpbeforerelay.daemon;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.registry.LeaseListener;
import org.scpbeforerelay.view.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of the log for each thing that happens to a lease, whatever way it came; renewals have none. Written by a thread of its own,
 * since the registry must not wait for whoever reads the log; of what finds no room the number is said.
 */
final class EventLog implements LeaseListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
    private static final int WAITING_MAX = 4096;

    private final BlockingQueue<LeaseEvent> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final AtomicLong untold = new AtomicLong();
    private final Thread thread = Thread.ofPlatform().daemon().name("event-log").start(this::write);

    @Override
    public void happened(LeaseEvent event) {
        if (!waiting.offer(event)) {
            untold.incrementAndGet();
        }
    }

    private void write() {
        try {
            while (true) {
                say(waiting.take());
            }
        } catch (InterruptedException e) {
            waiting.forEach(this::say);
        }
    }

    private void say(LeaseEvent event) {
        long missing = untold.getAndSet(0);
        if (missing > 0) {
            LOG.warn("{} events of leases have no line here: they came faster than the log is written", missing);
        }
        String line = line(event);
        if (line != null) {
            LOG.info(line);
        }
    }

    /** The line; null for a renewal, and for what an operator granted, which is logged with the operator's name. */
    static @Nullable String line(LeaseEvent event) {
        return switch (event) {
            case LeaseEvent.Granted(Lease lease, var signs, long at) ->
                lease.source() == LeaseSource.OPERATOR
                        ? null
                        : "granted " + of(lease) + " by " + lease.source().text() + " until "
                                + Json.second(lease.expiresAtMs())
                                + (lease.proof().isEmpty() ? "" : " (" + lease.proof() + ")")
                                + signs.stream().map(sign -> "; " + sign.says()).collect(Collectors.joining());
            case LeaseEvent.Renewed renewed -> null;
            case LeaseEvent.Revoked(Lease lease, String why, long at) -> "revoked " + of(lease) + ": " + why;
            case LeaseEvent.Expired(Lease lease, long at) -> "expired " + of(lease);
            case LeaseEvent.Refused one ->
                "refused " + one.announcement().principal()
                        + (one.announcement().provenAddress() == null
                                ? ""
                                : " from " + one.announcement().provenAddress())
                        + " by " + one.announcement().source().text() + ": "
                        + one.verdict().code().text() + " " + one.verdict().reason();
        };
    }

    private static String of(Lease lease) {
        return lease.principal() + " " + lease.addressText();
    }

    /** Says what waits, then ends. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
