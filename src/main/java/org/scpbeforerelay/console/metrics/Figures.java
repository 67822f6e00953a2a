package org.scpbeforerelay.console.metrics;

import org.scpbeforerelay.clock.Timings;

/**
 * Takes figures as they stand now. Names are without the prefix {@code scp_before_relay_}; units are last in them; labels are
 * names and values in turn, the same names for every figure of a name. Never the name of a user, a device or an address.
 */
public interface Figures {
    /** What only grows while the daemon runs; {@code _total} is added to its name. */
    void counter(String name, String help, long value, String... labels);

    /** What goes up and down. */
    void gauge(String name, String help, double value, String... labels);

    /** How long something took. */
    void timings(String name, String help, Timings.Reading reading, String... labels);

    /** What does not change while the daemon runs; {@code _info} is added to its name. */
    void info(String name, String help, String... labels);
}
