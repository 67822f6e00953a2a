package org.scpbeforerelay.cli;

/** Times as people say them. */
final class Spoken {
    private Spoken() {}

    /** What is left: {@code 19m 58s}, {@code 2h 5m}, {@code 3d 4h}, {@code 12s}. */
    static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m " + seconds % 60 + "s";
        }
        if (seconds < 86400) {
            return seconds / 3600 + "h " + seconds % 3600 / 60 + "m";
        }
        return seconds / 86400 + "d " + seconds % 86400 / 3600 + "h";
    }
}
