package org.scpbeforerelay.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The whole lines of a file, the last one first. What has no line feed behind it yet is being written, and is passed over. */
final class LinesBackwards implements AutoCloseable {
    private static final int BLOCK = 64 * 1024;

    /** No line of the record is as long; of a longer one, only the end is given, which is no JSON. */
    private static final int LINE_BYTES_MAX = 1 << 20;

    private final FileChannel channel;
    private byte[] block = {};
    private long blockBegin;

    /** The line feed that ends the next line to be given; negative when there is none. */
    private long feed;

    private long place;

    /** Begins with the last line that ends before this place. */
    LinesBackwards(Path file, long before) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ);
        feed = feedBefore(Math.min(before, channel.size()));
    }

    /** Where the line begins that was given last. */
    long place() {
        return place;
    }

    /** The line before; null when there is none. */
    @Nullable
    String next() throws IOException {
        if (feed < 0) {
            return null;
        }
        long end = feed;
        feed = feedBefore(end);
        place = feed + 1;
        return text(Math.max(place, end - LINE_BYTES_MAX), end);
    }

    private long feedBefore(long end) throws IOException {
        for (long at = end - 1; at >= 0; at--) {
            if (at < blockBegin || at >= blockBegin + block.length) {
                blockBegin = Math.max(0, at + 1 - BLOCK);
                block = read(blockBegin, at + 1);
            }
            if (block[(int) (at - blockBegin)] == '\n') {
                return at;
            }
        }
        return -1;
    }

    private String text(long begin, long end) throws IOException {
        byte[] bytes = begin >= blockBegin && end <= blockBegin + block.length
                ? java.util.Arrays.copyOfRange(block, (int) (begin - blockBegin), (int) (end - blockBegin))
                : read(begin, end);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private byte[] read(long begin, long end) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) (end - begin));
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, begin + bytes.position()) < 0) {
                throw new IOException("the record was cut while it was read");
            }
        }
        return bytes.array();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
