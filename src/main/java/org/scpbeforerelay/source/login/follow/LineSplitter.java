package org.scpbeforerelay.source.login.follow;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Cuts bytes into lines. A line is whole when its line feed has come. One longer than {@value #LINE_MAX} bytes is left out, so
 * that memory is bounded whatever stands in the log.
 */
final class LineSplitter {
    static final int LINE_MAX = 64 * 1024;

    private byte[] rest = new byte[512];
    private int restLength;
    private boolean skipping;
    private long consumed;

    LineSplitter(long from, boolean inMidLine) {
        consumed = from;
        skipping = inMidLine;
    }

    /** The position in the file behind the last whole line. */
    long consumed() {
        return consumed;
    }

    void split(byte[] bytes, int length, LineSink<String> sink) {
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                end(bytes, from, i - from, sink);
                from = i + 1;
            }
        }
        keep(bytes, from, length - from);
    }

    private void end(byte[] bytes, int from, int length, LineSink<String> sink) {
        consumed += restLength + length + 1L;
        if (!skipping && restLength + length <= LINE_MAX) {
            if (restLength == 0) {
                sink.take(new String(bytes, from, length, StandardCharsets.ISO_8859_1));
            } else {
                keep(bytes, from, length);
                sink.take(new String(rest, 0, restLength, StandardCharsets.ISO_8859_1));
            }
        }
        restLength = 0;
        skipping = false;
    }

    private void keep(byte[] bytes, int from, int length) {
        if (skipping || restLength + length > LINE_MAX) {
            consumed += restLength + (long) length;
            restLength = 0;
            skipping = true;
            return;
        }
        if (restLength + length > rest.length) {
            rest = Arrays.copyOf(rest, Math.min(LINE_MAX, Math.max(rest.length * 2, restLength + length)));
        }
        System.arraycopy(bytes, from, rest, restLength, length);
        restLength += length;
    }
}
