package org.scpbeforerelay.clock;

/** Where a {@link Moment} comes from. Must not block; safe from any thread. */
public interface Clock {
    /** The present, by both clocks. */
    Moment now();

    /**
     * The name of the run of the machine that the monotonic clock belongs to. Two monotonic readings may be compared only when
     * this is the same: after a reboot the clock starts anew.
     */
    String bootId();

    /**
     * Whether the wall clock is known to be right: something (an NTP daemon, as a rule) has set it by another clock since the
     * machine was started. Until then it may say the time at which the machine was last shut down.
     */
    boolean isSynchronised();
}
