package org.scpbeforerelay.console.follow;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.Timings;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.registry.LeaseListener;

/** Follows the registry for the console. {@link #happened} only counts, and keeps what is bounded; it never waits. */
public final class Follower implements LeaseListener, AutoCloseable {
    private final Past past;
    private final MinuteCounts minutes = new MinuteCounts();
    private final Broadcast broadcast;
    private final Map<LeaseSource, Map<String, LongAdder>> announcements = new EnumMap<>(LeaseSource.class);
    private final Map<String, LongAdder> ends = new TreeMap<>();
    private final Timings expiryLag = Timings.ofSeconds(0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300);
    private long permitted;
    private long notPermitted;

    public Follower(Moment start) {
        past = new Past(start.wallMs());
        broadcast = new Broadcast(start.wallMs());
        for (LeaseSource source : LeaseSource.values()) {
            Map<String, LongAdder> outcomes = new TreeMap<>();
            outcomes.put("granted", new LongAdder());
            outcomes.put("renewed", new LongAdder());
            for (RefusalCode code : RefusalCode.values()) {
                outcomes.put(code.text(), new LongAdder());
            }
            announcements.put(source, outcomes);
        }
        ends.put("expired", new LongAdder());
        ends.put("revoked", new LongAdder());
    }

    @Override
    public void happened(LeaseEvent event) {
        switch (event) {
            case LeaseEvent.Granted one -> announced(one.lease().source(), "granted", one.atMs());
            case LeaseEvent.Renewed one -> announced(one.lease().source(), "renewed", one.atMs());
            case LeaseEvent.Revoked one -> ended("revoked");
            case LeaseEvent.Expired one -> {
                ended("expired");
                expiryLag.tookNs(Math.max(0, one.atMs() - one.lease().expiresAtMs()) * 1_000_000);
            }
            case LeaseEvent.Refused one -> {
                count(one.announcement().source(), one.verdict().code().text());
                minutes.add(MinuteCounts.What.REFUSED, 1, one.atMs());
            }
        }
        PastEvent remembered = PastEvent.of(event);
        if (remembered != null) {
            past.add(remembered);
        }
        broadcast.tell(event);
    }

    /** Puts what mail servers were told since the last call into the present minute; to be called every few seconds by one thread. */
    public void sample(ConsoleDesk desk) {
        long nowPermitted = 0;
        long nowNotPermitted = 0;
        for (ConsoleDesk.AnswerCount one : desk.answers()) {
            switch (one.answer()) {
                case "permit" -> nowPermitted += one.count();
                case "not-authorised", "wrong-sender", "over-quota" -> nowNotPermitted += one.count();
                default -> {} // nothing was decided
            }
        }
        long nowMs = desk.now().wallMs();
        minutes.add(MinuteCounts.What.PERMITTED, (int) (nowPermitted - permitted), nowMs);
        minutes.add(MinuteCounts.What.NOT_PERMITTED, (int) (nowNotPermitted - notPermitted), nowMs);
        permitted = nowPermitted;
        notPermitted = nowNotPermitted;
    }

    private void announced(LeaseSource source, String outcome, long atMs) {
        count(source, outcome);
        minutes.add(MinuteCounts.What.ANNOUNCED, 1, atMs);
    }

    private void count(LeaseSource source, String outcome) {
        Objects.requireNonNull(Objects.requireNonNull(announcements.get(source)).get(outcome))
                .increment();
    }

    private void ended(String how) {
        Objects.requireNonNull(ends.get(how)).increment();
    }

    /** The last week. */
    public Past past() {
        return past;
    }

    /** The last day by minutes. */
    public MinuteCounts minutes() {
        return minutes;
    }

    /** For those who listen live. */
    public Broadcast broadcast() {
        return broadcast;
    }

    /** Announcements since the start: by source, then by outcome ({@code granted}, {@code renewed} or the code of a refusal). */
    public Map<LeaseSource, Map<String, LongAdder>> announcements() {
        return announcements;
    }

    /** Leases that ended since the start, by how. */
    public Map<String, LongAdder> ends() {
        return ends;
    }

    /** How long after its end an expired lease was noticed; no lookup is later for that. */
    public Timings expiryLag() {
        return expiryLag;
    }

    /** Ends all streams. */
    @Override
    public void close() {
        broadcast.close();
    }
}
