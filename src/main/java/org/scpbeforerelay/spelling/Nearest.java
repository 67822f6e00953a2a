package org.scpbeforerelay.spelling;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What a mistyped word was probably meant to be. */
public final class Nearest {
    private static final int LENGTH_MAX = 64;

    private Nearest() {}

    /** {@code ; did you mean 'term'?}, or nothing when no known word is near. */
    public static String hint(String word, Collection<String> known) {
        return to(word, known).map(near -> "; did you mean '" + near + "'?").orElse("");
    }

    /** The known word with the fewest slips from this one: at most one for every three letters. */
    public static Optional<String> to(String word, Collection<String> known) {
        if (word.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        String plain = plain(word);
        return known.stream()
                .filter(candidate -> isNear(plain, plain(candidate)))
                .min(Comparator.<String>comparingInt(candidate -> slips(plain, plain(candidate)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Dashes for underscores and capitals are no slips. */
    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    private static boolean isNear(String word, String candidate) {
        boolean begins = word.length() >= 4 && (candidate.startsWith(word) || word.startsWith(candidate));
        int letters = Math.max(word.length(), candidate.length());
        return begins || slips(word, candidate) <= (letters < 3 ? 0 : Math.max(1, letters / 3));
    }

    /** Letters left out, put in, changed, or swapped with a neighbour (optimal string alignment). */
    private static int slips(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
