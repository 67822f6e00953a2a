package org.scpbeforerelay.bench;

import java.util.Arrays;

/** What is said of several measurements of the same thing. */
final class Figures {
    private Figures() {}

    static double medianOf(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
