package org.scpbeforerelay.lookup;

import java.nio.charset.StandardCharsets;

/**
 * A stretch of bytes seen as text, one character a byte (ISO 8859-1). It is moved from place to place instead of being made
 * anew, so that reading an address allocates nothing but the address.
 */
final class ByteText implements CharSequence {
    private byte[] bytes = {};
    private int from;
    private int length;

    ByteText at(byte[] where, int start, int end) {
        bytes = where;
        from = start;
        length = end - start;
        return this;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public char charAt(int index) {
        return (char) (bytes[from + index] & 0xff);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return new ByteText().at(bytes, from + start, from + end);
    }

    @Override
    public String toString() {
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
}
