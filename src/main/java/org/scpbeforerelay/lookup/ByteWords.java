package org.scpbeforerelay.lookup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bytes looked at eight at a time, as one number whose lowest byte comes first. A policy request is some 600 bytes of which we want
 * 60: passing over the others is what answering it costs, and by single bytes it costs three times as much.
 */
final class ByteWords {
    /** How many bytes a word has. */
    static final int SIZE = Long.BYTES;

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long EACH = 0x0101010101010101L;
    private static final long LOW_BITS = 0x7f * EACH;

    private ByteWords() {}

    /** The eight bytes that begin here. */
    static long at(byte[] bytes, int from) {
        return (long) WORDS.get(bytes, from);
    }

    /** The bytes that begin here and end before {@code to}, fewer than eight; zeros follow them. */
    static long tail(byte[] bytes, int from, int to) {
        long word = 0;
        for (int i = to - 1; i >= from; i--) {
            word = word << 8 | (bytes[i] & 0xff);
        }
        return word;
    }

    /** A word of which every byte is this one. */
    static long filledWith(char c) {
        return c * EACH;
    }

    /** Where {@code word} has the byte that {@code wanted} is filled with: the highest bit of each such byte, no other. */
    static long where(long word, long wanted) {
        long x = word ^ wanted;
        // Adding carries into the highest bit of a byte unless its low bits are all zero; no carry leaves the byte.
        return ~((x & LOW_BITS) + LOW_BITS | x | LOW_BITS);
    }

    /** Where the byte that {@code wanted} is filled with first stands in {@code bytes[from, to)}; -1 when nowhere. */
    static int find(byte[] bytes, int from, int to, long wanted) {
        int at = from;
        for (; to - at >= SIZE; at += SIZE) {
            long marks = where(at(bytes, at), wanted);
            if (marks != 0) {
                return at + first(marks);
            }
        }
        long marks = where(tail(bytes, at, to), wanted);
        return marks == 0 ? -1 : at + first(marks);
    }

    /** The index, 0 to 7, of the first byte that is marked. */
    static int first(long marks) {
        return Long.numberOfTrailingZeros(marks) >>> 3;
    }
}
