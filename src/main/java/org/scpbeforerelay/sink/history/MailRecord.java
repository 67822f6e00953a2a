package org.scpbeforerelay.sink.history;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.relay.MailWatch;
import tools.jackson.databind.node.ObjectNode;

/**
 * Counts what leases relay, and puts down each message. For the one thread that answers mail servers: it makes no JSON and waits for nothing.
 *
 * <p>Of mail that is turned away there is one line a message, and {@link #TURNED_AWAY_MAX} lines a minute and user: a client that tries
 * again and again shall not push everything else out of the record. The next line says how many have none.
 */
final class MailRecord implements MailWatch {
    static final int TURNED_AWAY_MAX = 60;
    private static final int INSTANCES_MAX = 4_096;
    private static final int USERS_MAX = 4_096;
    private static final long MINUTE_MS = 60_000;

    private final RelayCounts counts;
    private final Clock clock;
    private final Consumer<Supplier<ObjectNode>> lines;
    private final LinkedHashMap<String, Boolean> turnedAway = new LinkedHashMap<>();
    private final Map<UserName, Minute> minutes = new HashMap<>();

    private static final class Minute {
        private long beganMs;
        private int lines;
        private long without;
    }

    /**
     * Begins.
     *
     * @param lines takes what makes a line, to be asked by another thread
     */
    MailRecord(RelayCounts counts, Clock clock, Consumer<Supplier<ObjectNode>> lines) {
        this.counts = counts;
        this.clock = clock;
        this.lines = lines;
    }

    @Override
    public void permitted(Lease lease, boolean newMessage) {
        counts.add(lease, newMessage ? 1 : 0, 1);
    }

    @Override
    public void accepted(AcceptedMail mail, int notAccepted) {
        if (notAccepted > 0) {
            counts.add(mail.lease(), 0, -notAccepted);
        }
        Moment now = clock.now();
        lines.accept(() -> MailLines.accepted(mail, now));
    }

    @Override
    public void turnedAway(TurnedAwayMail mail) {
        if (!mail.instance().isEmpty()) {
            if (turnedAway.put(mail.instance(), Boolean.TRUE) != null) {
                return;
            }
            if (turnedAway.size() > INSTANCES_MAX) {
                turnedAway.pollFirstEntry();
            }
        }
        Moment now = clock.now();
        if (minutes.size() > USERS_MAX) {
            minutes.clear();
        }
        Minute minute = minutes.computeIfAbsent(mail.lease().user(), any -> new Minute());
        if (now.monotonicMs() - minute.beganMs >= MINUTE_MS) {
            minute.beganMs = now.monotonicMs();
            minute.lines = 0;
        }
        if (minute.lines == TURNED_AWAY_MAX) {
            minute.without++;
            return;
        }
        minute.lines++;
        long without = minute.without;
        minute.without = 0;
        lines.accept(() -> MailLines.turnedAway(mail, without, now));
    }
}
