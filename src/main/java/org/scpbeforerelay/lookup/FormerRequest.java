package org.scpbeforerelay.lookup;

import java.util.Arrays;

/**
 * A policy request that was read before, by which the next one is: a mail server sends the same names in the same order each time, and
 * most of the values too. From one value that differs to the next, both are compared as a whole, which takes a fraction of the time of
 * looking at each line; only the end of a value that differs is looked for. A line counts as known only when every byte of its name,
 * its {@code =} included, is the same; else the request is unlike this one and is to be read line by line. Belongs to one thread.
 */
final class FormerRequest {
    /** The request cannot be read by this one. */
    static final int UNLIKE = -4;

    /** More than Postfix sends: 29 lines, some 600 bytes. Of a request with more, nothing is kept. */
    private static final int LINES_MAX = 64;

    private static final int LENGTH_MAX = 2048;

    private static final long LINE_FEEDS = ByteWords.filledWith('\n');

    private final byte[] bytes = new byte[LENGTH_MAX];
    private int length;

    // Of each byte, in which line it stands; of each line, where it and
    // its value begin. The empty line at the end is one too.
    private final byte[] lineOf = new byte[LENGTH_MAX];
    private final int[] lines = new int[LINES_MAX + 1];
    private final int[] values = new int[LINES_MAX + 1];
    private int count;

    // The lines whose values are wanted, in their order, and which these are.
    private final int[] wantedLines = new int[LINES_MAX];
    private final int[] wanted = new int[LINES_MAX];
    private int wantedCount;

    /** Keeps nothing any more; the lines of another request follow. */
    void forget() {
        length = 0;
        count = 0;
        wantedCount = 0;
    }

    /**
     * The next line of the request to be kept; places are counted from where it begins.
     *
     * @param which of the wanted values it has; negative for none, or for one that was there before
     */
    void line(int begin, int value, int which) {
        if (count < LINES_MAX) {
            lines[count] = begin;
            values[count] = value;
            if (which >= 0) {
                wantedLines[wantedCount] = count;
                wanted[wantedCount++] = which;
            }
        }
        count++;
    }

    /** Keeps the request whose lines were said, {@code where[from, to)} with the empty line at its end. */
    void keep(byte[] where, int from, int to) {
        if (count >= LINES_MAX || to - from > LENGTH_MAX) {
            return;
        }
        length = to - from;
        System.arraycopy(where, from, bytes, 0, length);
        lines[count] = length - 1;
        values[count] = length; // that it ends must be the same too
        for (int i = 0; i < count; i++) {
            Arrays.fill(lineOf, lines[i], lines[i + 1], (byte) i);
        }
        lineOf[length - 1] = (byte) count;
    }

    /**
     * Reads the request that begins at {@code from}.
     *
     * @param starts where the wanted values begin is put here, and nothing where there is none
     * @param ends where they end
     * @return where the next request begins; {@link LookupCodec#INCOMPLETE} when this one has not all come, {@link #UNLIKE} when it must
     *     be read otherwise
     */
    int read(byte[] where, int from, int to, int[] starts, int[] ends) {
        int at = from;
        int mine = 0;
        int next = 0;
        while (length > 0) {
            int common = Math.min(length - mine, to - at);
            int other = Arrays.mismatch(bytes, mine, mine + common, where, at, at + common);
            int shift = at - mine;
            if (other < 0) {
                if (common < length - mine) {
                    return LookupCodec.INCOMPLETE;
                }
                place(next, count, shift, starts, ends);
                return length + shift;
            }
            int line = lineOf[mine + other];
            if (mine + other < values[line]) {
                return UNLIKE;
            }
            int end = ByteWords.find(where, values[line] + shift, to, LINE_FEEDS);
            if (end < 0) {
                return LookupCodec.INCOMPLETE;
            }
            next = place(next, line, shift, starts, ends);
            if (next < wantedCount && wantedLines[next] == line) {
                starts[wanted[next]] = values[line] + shift;
                ends[wanted[next]] = end;
                next++;
            }
            mine = lines[line + 1];
            at = end + 1;
        }
        return UNLIKE;
    }

    /** The wanted values of lines that are the same, before this line; the first wanted one that is not. */
    private int place(int from, int line, int shift, int[] starts, int[] ends) {
        int next = from;
        for (; next < wantedCount && wantedLines[next] < line; next++) {
            int same = wantedLines[next];
            starts[wanted[next]] = values[same] + shift;
            ends[wanted[next]] = lines[same + 1] - 1 + shift;
        }
        return next;
    }
}
