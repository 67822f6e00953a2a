package org.scpbeforerelay.lookup;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.scpbeforerelay.clock.Timings;

/** What the listener has counted since it was made. Written by its thread, read by any. */
public final class LookupStatistics {
    private final Map<LookupProtocol, Map<LookupAnswer, LongAdder>> answers = new EnumMap<>(LookupProtocol.class);
    private final Map<Close, LongAdder> closed = adders(Close.class);
    private final LongAdder accepted = new LongAdder();
    private final LongAdder acceptFailures = new LongAdder();
    private final LastAnswers last = new LastAnswers();
    private final Timings took = Timings.ofSeconds(
            0.000_001, 0.000_002, 0.000_005, 0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.01, 0.1);

    LookupStatistics() {
        for (LookupProtocol protocol : LookupProtocol.values()) {
            answers.put(protocol, adders(LookupAnswer.class));
        }
    }

    /** Why a connection ended. */
    public enum Close {
        /** The peer closed it. */
        BY_PEER("by-peer"),
        /** It sent what is no request. */
        MALFORMED("malformed"),
        /** It sent a request longer than the limit. */
        OVERSIZED("oversized"),
        /** It said nothing for too long. */
        IDLE("idle"),
        /** The longest idle one, to make room for a new one. */
        FOR_ROOM("for-room"),
        /** It broke. */
        BROKEN("broken"),
        /** The listener stopped. */
        STOPPED("stopped");

        private final String text;

        Close(String text) {
            this.text = text;
        }

        /** The word used in status and metrics. */
        public String text() {
            return text;
        }
    }

    /** How many requests of this protocol got this answer. */
    public long answers(LookupProtocol protocol, LookupAnswer answer) {
        return adder(protocol, answer).sum();
    }

    /** How many requests were answered in all. */
    public long answers() {
        return answers.values().stream().mapToLong(LookupStatistics::sum).sum();
    }

    /** How many connections ended this way. */
    public long closed(Close why) {
        return adder(why).sum();
    }

    /** How many connections were accepted. */
    public long accepted() {
        return accepted.sum();
    }

    /** How many connections are open. */
    public long open() {
        return Math.max(0, accepted.sum() - sum(closed));
    }

    /** How often a connection could not be accepted, mostly for want of file handles. */
    public long acceptFailures() {
        return acceptFailures.sum();
    }

    /** The questions that were decided last. */
    public LastAnswers last() {
        return last;
    }

    /** How long it took to answer, of one request in {@value LookupLoop#TIMED_ONE_IN}: from the bytes to the answer's bytes. */
    public Timings took() {
        return took;
    }

    void answered(LookupProtocol protocol, LookupAnswer answer) {
        adder(protocol, answer).increment();
    }

    void connected() {
        accepted.increment();
    }

    void disconnected(Close why) {
        adder(why).increment();
    }

    void acceptFailed() {
        acceptFailures.increment();
    }

    private LongAdder adder(LookupProtocol protocol, LookupAnswer answer) {
        return Objects.requireNonNull(
                Objects.requireNonNull(answers.get(protocol)).get(answer));
    }

    private LongAdder adder(Close why) {
        return Objects.requireNonNull(closed.get(why));
    }

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> kinds) {
        Map<E, LongAdder> adders = new EnumMap<>(kinds);
        for (E kind : kinds.getEnumConstants()) {
            adders.put(kind, new LongAdder());
        }
        return adders;
    }

    private static long sum(Map<?, LongAdder> adders) {
        return adders.values().stream().mapToLong(LongAdder::sum).sum();
    }
}
