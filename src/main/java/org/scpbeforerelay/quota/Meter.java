package org.scpbeforerelay.quota;

import org.scpbeforerelay.announce.Rate;

/**
 * A token bucket at one instant: as large as the rate's count, refilled evenly over its period. It is told by what is missing
 * in it, in whole numbers, so that no rounding ever gives one more.
 *
 * @param rate its size and refill
 * @param debt what is missing; one message or recipient is {@code rate.periodMs()}, and {@code rate.count()} of it comes
 *     back each millisecond. At least 0; {@code count * periodMs}: nothing left. More, up to {@value #BUCKETS_MAX} times that, when other
 *     hosts have counted as well: then nothing is left until that has come back
 * @param atMs when that was so, by the monotonic clock
 */
public record Meter(Rate rate, long debt, long atMs) {
    private static final int BUCKETS_MAX = 32;

    public Meter {
        if (debt < 0 || debt > most(rate)) {
            throw new IllegalArgumentException(debt + " is missing of a bucket of " + rate);
        }
    }

    /** Nothing used. */
    public static Meter unused(Rate rate, long nowMs) {
        return new Meter(rate, 0, nowMs);
    }

    /**
     * The same bucket later, perhaps under another rate. What was used stays used, as a number, as far as the new rate has room
     * for it. A moment before {@link #atMs} refills nothing.
     */
    public Meter at(Rate newRate, long nowMs) {
        return new Meter(newRate, converted(left(nowMs - atMs), newRate), Math.max(nowMs, atMs));
    }

    /** The same bucket by another monotonic clock, which shows {@code nowMs}, when {@code passedMs} have passed. */
    public Meter carriedOver(long passedMs, long nowMs) {
        return new Meter(rate, left(passedMs), nowMs);
    }

    /** Whether there is one left. */
    public boolean hasRoom() {
        return waitMs() == 0;
    }

    /** How many milliseconds after {@link #atMs} there is one left; 0 when there is now. */
    public long waitMs() {
        return Math.ceilDiv(Math.max(0, debt - capacity(rate) + rate.periodMs()), rate.count());
    }

    /** How many milliseconds after {@link #atMs} all of it is there again. */
    public long fullInMs() {
        return Math.ceilDiv(debt, rate.count());
    }

    /** One less. {@link IllegalArgumentException} when there is none. */
    public Meter taken() {
        if (!hasRoom()) {
            throw new IllegalArgumentException("nothing is left of " + rate);
        }
        return new Meter(rate, debt + rate.periodMs(), atMs);
    }

    /** So many less, whether they are there or not: another host has taken them. */
    public Meter spent(long number) {
        long room = (most(rate) - debt) / rate.periodMs();
        return number <= 0 ? this : new Meter(rate, debt + Math.min(number, room) * rate.periodMs(), atMs);
    }

    /** So many more, but never more than fit in. */
    public Meter givenBack(long number) {
        return number >= used()
                ? new Meter(rate, 0, atMs)
                : new Meter(rate, debt - Math.max(0, number) * rate.periodMs(), atMs);
    }

    /** How many are used, of {@code rate.count()}; one that is coming back counts until it is there. */
    public long used() {
        return Math.ceilDiv(debt, rate.periodMs());
    }

    private long left(long passedMs) {
        if (passedMs <= 0) {
            return debt;
        }
        return passedMs >= fullInMs() ? 0 : debt - passedMs * rate.count();
    }

    private long converted(long missing, Rate newRate) {
        if (newRate.equals(rate)) {
            return missing;
        }
        long whole = missing / rate.periodMs();
        if (whole >= newRate.count()) {
            return capacity(newRate);
        }
        long part = Math.ceilDiv(Math.multiplyExact(missing % rate.periodMs(), newRate.periodMs()), rate.periodMs());
        return Math.min(capacity(newRate), whole * newRate.periodMs() + part);
    }

    private static long most(Rate rate) {
        long capacity = capacity(rate);
        return capacity > Long.MAX_VALUE / BUCKETS_MAX ? capacity : capacity * BUCKETS_MAX;
    }

    private static long capacity(Rate rate) {
        return Math.multiplyExact(rate.count(), rate.periodMs());
    }
}
