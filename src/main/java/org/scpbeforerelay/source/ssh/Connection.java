package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Announcement.Hold;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;

/**
 * A connection that has proved who it is, and may come to hold a lease: {@code ssh -N}.
 *
 * <p>A held lease lasts {@code hold_grace} from the last sign of life. We ask for one, {@code keepalive@openssh.com} with a
 * reply, every quarter of that time (at least 1 s, at most 15 s); each answer renews the lease. A connection that was silent
 * for the whole grace is closed; its lease has ended by itself, whatever TCP still believes.
 */
final class Connection {
    static final AttributeKey<Connection> KEY = new AttributeKey<>();

    /** A client that opens no channel for so long wants to hold a lease. */
    static final long WITHOUT_CHANNEL_MS = 2000;

    private static final long ASK_MIN_MS = 1000;
    private static final long ASK_MAX_MS = 15_000;

    private final Session session;
    private final Visitor visitor;
    private final Kept kept;
    private final ScheduledExecutorService timer;

    private boolean hadChannel;
    private boolean holds;
    private boolean asking;
    private long lastSignMs;
    private @Nullable ScheduledFuture<?> ticking;
    private volatile List<Lease> held = List.of();

    Connection(Session session, Visitor visitor, Kept kept, ScheduledExecutorService timer) {
        this.session = session;
        this.visitor = visitor;
        this.kept = kept;
        this.timer = timer;
    }

    Session session() {
        return session;
    }

    Visitor visitor() {
        return visitor;
    }

    /** What it makes us keep. */
    Kept kept() {
        return kept;
    }

    /** A channel was opened: the client came to say something. */
    synchronized void openedChannel() {
        hadChannel = true;
    }

    /** The client will open no (more) channels, or has opened none for a while. */
    void mayHold() {
        synchronized (this) {
            if (hadChannel || holds || session.isClosing()) {
                return;
            }
            holds = true;
            lastSignMs = nowMs();
        }
        visitor.announce(null, List.of(), 0, Hold.BEGIN).thenAccept(this::began);
    }

    private void began(Verdict verdict) {
        switch (verdict) {
            case Verdict.Refused refused -> end(Answers.refused(refused));
            case Verdict.Granted granted -> {
                held = granted.leases();
                long graceMs = visitor.registry().terms().holdGraceMs();
                long everyMs = Math.clamp(graceMs / 4, ASK_MIN_MS, ASK_MAX_MS);
                synchronized (this) {
                    ticking = timer.scheduleWithFixedDelay(this::tick, everyMs, everyMs, TimeUnit.MILLISECONDS);
                }
                if (session.isClosing()) {
                    closed();
                }
            }
        }
    }

    private void tick() {
        synchronized (this) {
            if (nowMs() - lastSignMs >= visitor.registry().terms().holdGraceMs()) {
                session.close(true);
                return;
            }
            if (asking) {
                return;
            }
            asking = true;
        }
        try {
            Buffer question = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST);
            question.putString("keepalive@openssh.com");
            question.putBoolean(true);
            session.request(question, "keepalive@openssh.com", (command, reply) -> answered());
        } catch (IOException | RuntimeException e) {
            session.close(true);
        }
    }

    /** A refusal is as good a sign of life as any. */
    private void answered() {
        if (session.isClosing()) {
            return;
        }
        synchronized (this) {
            asking = false;
            lastSignMs = nowMs();
        }
        visitor.announce(null, List.of(), 0, Hold.KEEP).thenAccept(verdict -> {
            switch (verdict) {
                case Verdict.Granted granted -> held = granted.leases();
                case Verdict.Refused refused -> {
                    boolean passing = refused.code() == RefusalCode.STORE_UNAVAILABLE
                            || refused.code() == RefusalCode.RATE_LIMITED;
                    if (!passing) {
                        end(Answers.refused(refused));
                    }
                }
            }
        });
    }

    /** Whether this connection keeps that lease alive. */
    boolean holds(Lease lease) {
        for (Lease own : held) {
            if (own.key().equals(lease.key()) && own.address().equals(lease.address())) {
                return true;
            }
        }
        return false;
    }

    /** Closes the connection and tells the client why. */
    void end(String why) {
        try {
            session.disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, why);
        } catch (IOException e) {
            session.close(true);
        }
    }

    /** The connection is gone; the lease goes on for what is left of the grace. */
    synchronized void closed() {
        kept.end();
        held = List.of();
        ScheduledFuture<?> timed = ticking;
        if (timed != null) {
            timed.cancel(false);
        }
    }

    private long nowMs() {
        return visitor.registry().now().monotonicMs();
    }
}
