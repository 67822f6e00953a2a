package org.scpbeforerelay.lookup;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.scpbeforerelay.clock.Timings;

/** What the listener has counted since it was made. Written by its thread, read by any. */
public final class LookupStatistics {
    private static final int KINDS = LookupAnswer.values().length;

    // Only the listener's thread adds, so an addition needs no lock prefix: it is on every answer's way.
    private final AtomicLongArray answers = new AtomicLongArray(LookupProtocol.values().length * KINDS);
    private final Map<Close, LongAdder> closed = adders(Close.class);
    private final LongAdder accepted = new LongAdder();
    private final LongAdder acceptFailures = new LongAdder();
    private final LastAnswers last = new LastAnswers();
    private final Timings took = Timings.ofSeconds(
            0.000_001, 0.000_002, 0.000_005, 0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.01, 0.1);

    /** Why a connection ended. */
    public enum Close {
        /** The peer closed it. */
        BY_PEER("by-peer"),
        /** It sent what is no request. */
        MALFORMED("malformed"),
        /** It sent a request longer than the limit. */
        OVERSIZED("oversized"),
        /** It left a request unfinished for too long, or made us keep too much of one, or of answers that it does not take. */
        UNFINISHED("unfinished"),
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
        return answers.getAcquire(slot(protocol, answer));
    }

    /** How many requests were answered in all. */
    public long answers() {
        return IntStream.range(0, answers.length())
                .mapToLong(answers::getAcquire)
                .sum();
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
        int slot = slot(protocol, answer);
        answers.setRelease(slot, answers.getPlain(slot) + 1);
    }

    @SuppressWarnings("EnumOrdinal") // a place in an array of this process, nothing that is kept
    private static int slot(LookupProtocol protocol, LookupAnswer answer) {
        return protocol.ordinal() * KINDS + answer.ordinal();
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
