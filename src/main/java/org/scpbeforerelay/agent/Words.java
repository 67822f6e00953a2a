package org.scpbeforerelay.agent;

import org.scpbeforerelay.address.AddressFamily;

/** Values as people say them. */
final class Words {
    private Words() {}

    static String of(AddressFamily family) {
        return family == AddressFamily.IPV4 ? "IPv4" : "IPv6";
    }

    /** {@code 0.3 s}, {@code 12 s}, {@code 4 min}. */
    static String duration(long ms) {
        if (ms < 10_000) {
            return ms / 1000 + "." + ms % 1000 / 100 + " s";
        }
        return ms < 120_000 ? ms / 1000 + " s" : ms / 60_000 + " min";
    }

    /** The last line that says something. */
    static String lastLine(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .reduce((first, second) -> second)
                .orElse("");
    }
}
