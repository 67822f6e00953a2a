package org.scpbeforerelay.lookup;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** What the listener has counted since it was made. Written by its thread, read by any. */
public final class LookupStatistics {
    private static final int ANSWER_KINDS = LookupAnswer.values().length;

    /** By protocol, then by answer. */
    private final LongAdder[] answers = adders(LookupProtocol.values().length * ANSWER_KINDS);

    private final LongAdder[] closed = adders(Close.values().length);
    private final LongAdder accepted = new LongAdder();
    private final LongAdder acceptFailures = new LongAdder();

    LookupStatistics() {}

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
        return sum(answers);
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
        return answers[protocol.ordinal() * ANSWER_KINDS + answer.ordinal()];
    }

    private LongAdder adder(Close why) {
        return closed[why.ordinal()];
    }

    private static LongAdder[] adders(int count) {
        LongAdder[] adders = new LongAdder[count];
        Arrays.setAll(adders, i -> new LongAdder());
        return adders;
    }

    private static long sum(LongAdder[] adders) {
        return Arrays.stream(adders).mapToLong(LongAdder::sum).sum();
    }
}
