package org.scpbeforerelay.key;

import java.util.List;
import java.util.Optional;

/** Finds what a person probably meant to type. */
final class Nearest {
    private static final int LENGTH_MAX = 64;

    private Nearest() {}

    /** The name that takes the fewest edits, if that is two or at most a third of the letters. */
    static Optional<String> of(String typed, List<String> names) {
        if (typed.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        String best = null;
        int fewest = Math.max(typed.length() < 4 ? 1 : 2, typed.length() / 3) + 1;
        for (String name : names) {
            int edits = edits(typed, name);
            if (edits < fewest) {
                fewest = edits;
                best = name;
            }
        }
        return Optional.ofNullable(best);
    }

    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
