package org.scpbeforerelay.lookup;

/**
 * The attribute names of former policy requests, by the line they stood in. A mail server sends the same names in the same order
 * each time, so a name is mostly known by comparing it with the one that stood there before, four words at most, instead of being
 * looked for byte by byte: that is half of what answering a request costs. A name is familiar only when every byte of it, its
 * {@code =} included, is the same; whatever else stands in the line is for the caller to read. Belongs to one thread.
 */
final class FamiliarNames {
    /** More lines than Postfix sends (29); of those behind it nothing is remembered. */
    private static final int LINES_MAX = 64;

    /** With its {@code =}; longer ones are not remembered. */
    private static final int LENGTH_MAX = 4 * ByteWords.SIZE;

    private final int[] lengths = new int[LINES_MAX];
    private final int[] meanings = new int[LINES_MAX];

    // Of each line's name: its first word, its last one, and the second and third, where it has them.
    private final long[] words = new long[4 * LINES_MAX];
    private final long[] firstMasks = new long[LINES_MAX];

    /**
     * How long the name is that begins at {@code from}, its {@code =} included, when it is the one remembered for this line of a
     * request; 0 when it is not.
     */
    int length(byte[] bytes, int from, int to, int line) {
        if (line >= LINES_MAX || from + ByteWords.SIZE > bytes.length) {
            return 0;
        }
        int length = lengths[line];
        int word = 4 * line;
        if (length > to - from || (ByteWords.at(bytes, from) & firstMasks[line]) != words[word]) {
            return 0;
        }
        if (length > ByteWords.SIZE) {
            if (ByteWords.at(bytes, from + length - ByteWords.SIZE) != words[word + 1]
                    || length > 2 * ByteWords.SIZE
                            && (ByteWords.at(bytes, from + ByteWords.SIZE) != words[word + 2]
                                    || length > 3 * ByteWords.SIZE
                                            && ByteWords.at(bytes, from + 2 * ByteWords.SIZE) != words[word + 3])) {
                return 0;
            }
        }
        return length;
    }

    /** What was said of the remembered name of this line. */
    int meaning(int line) {
        return meanings[line];
    }

    /** Remembers the name that ends, with its {@code =}, before {@code to}, and what it means to the caller. */
    void remember(byte[] bytes, int from, int to, int line, int meaning) {
        int length = to - from;
        if (line >= LINES_MAX || length > LENGTH_MAX) {
            return;
        }
        boolean isShort = length < ByteWords.SIZE;
        int word = 4 * line;
        lengths[line] = length;
        meanings[line] = meaning;
        firstMasks[line] = isShort ? (1L << 8 * length) - 1 : -1;
        words[word] = isShort ? ByteWords.tail(bytes, from, to) : ByteWords.at(bytes, from);
        words[word + 1] = isShort ? 0 : ByteWords.at(bytes, to - ByteWords.SIZE);
        words[word + 2] = length > 2 * ByteWords.SIZE ? ByteWords.at(bytes, from + ByteWords.SIZE) : 0;
        words[word + 3] = length > 3 * ByteWords.SIZE ? ByteWords.at(bytes, from + 2 * ByteWords.SIZE) : 0;
    }
}
