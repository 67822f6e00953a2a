package org.scpbeforerelay.clock;

/** Both clocks, in the hand of a test: time passes, the wall clock is stepped, the machine reboots. Safe from any thread. */
public final class SettableClock implements Clock {
    /** 2026-11-22T12:00:00Z. */
    public static final long NOON_MS = 1_795_348_800_000L;

    private volatile Moment now;
    private volatile String bootId = "boot-1";
    private volatile boolean synchronised = true;
    private int boots = 1;

    public SettableClock() {
        this(NOON_MS);
    }

    public SettableClock(long wallMs) {
        now = new Moment(wallMs, 5_000_000);
    }

    @Override
    public Moment now() {
        return now;
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public boolean isSynchronised() {
        return synchronised;
    }

    /** Whether somebody who knows the time has set the wall clock. */
    public void synchronised(boolean now) {
        synchronised = now;
    }

    /** Time passes, or the machine sleeps: both clocks go on. */
    public void passMs(long ms) {
        now = now.plusMs(ms);
    }

    /** Somebody sets the wall clock; no time passes. */
    public void stepMs(long ms) {
        now = new Moment(now.wallMs() + ms, now.monotonicMs());
    }

    /** The machine starts anew; the wall clock has gone on by {@code offMs}. */
    public void reboot(long offMs) {
        boots++;
        bootId = "boot-" + boots;
        now = new Moment(now.wallMs() + offMs, 20_000);
    }
}
