package org.scpbeforerelay.source.login.follow;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.scpbeforerelay.source.login.follow.Place.FileKey;

/** One open log file, read to its end again and again; renaming it changes nothing. */
final class Tail implements Closeable {
    private static final int CHUNK = 256 * 1024;
    private static final int BEFORE_MAX = 64;

    private final FileChannel channel;
    private final FileKey key;
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
    private LineSplitter splitter;
    private long position;
    private byte[] before = new byte[0];

    private Tail(FileChannel channel, FileKey key, long from, boolean inMidLine) {
        this.channel = channel;
        this.key = key;
        this.position = from;
        this.splitter = new LineSplitter(from, inMidLine);
    }

    /** Opens at a position behind a whole line. */
    static Tail at(Path file, long offset) throws IOException {
        return open(file, offset, false);
    }

    /** Opens so many bytes before the end; a line that has begun before that is not handed out. */
    static Tail nearEnd(Path file, long lookBack) throws IOException {
        Tail tail = open(file, 0, false);
        long from = Math.max(0, tail.channel.size() - lookBack);
        ByteBuffer last = ByteBuffer.allocate(1);
        boolean inMidLine = from > 0 && tail.channel.read(last, from - 1) == 1 && last.get(0) != '\n';
        tail.position = from;
        tail.splitter = new LineSplitter(from, inMidLine);
        return tail;
    }

    /** The key is read through the name, which may be given to another file meanwhile. */
    private static Tail open(Path file, long offset, boolean inMidLine) throws IOException {
        while (true) {
            FileKey key = FileKey.of(file);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            if (FileKey.of(file).equals(key)) {
                return new Tail(channel, key, offset, inMidLine);
            }
            channel.close();
        }
    }

    FileKey key() {
        return key;
    }

    /** Reads a chunk; the number of bytes, 0 at the end. */
    int read(LineSink<String> sink) throws IOException {
        buffer.clear();
        int length = channel.read(buffer, position);
        if (length <= 0) {
            return 0;
        }
        position += length;
        before = Arrays.copyOfRange(buffer.array(), Math.max(0, length - BEFORE_MAX), length);
        splitter.split(buffer.array(), length, sink);
        return length;
    }

    /** Whether the file was emptied since the last reading: it is shorter, or filled again and other bytes stand there now. */
    boolean wasTruncated() throws IOException {
        ByteBuffer there = ByteBuffer.allocate(before.length);
        while (there.hasRemaining()) {
            if (channel.read(there, position - there.remaining()) < 0) {
                return true;
            }
        }
        return channel.size() < position || !Arrays.equals(there.array(), before);
    }

    void startOver() {
        position = 0;
        before = new byte[0];
        splitter = new LineSplitter(0, false);
    }

    Place place() throws IOException {
        long offset = splitter.consumed();
        return new Place(key, offset, Place.printOf(channel, offset));
    }

    /** Whether the bytes before this place's offset are in this file. */
    boolean holds(Place place) throws IOException {
        return channel.size() >= place.offset()
                && Place.printOf(channel, place.offset()).equals(place.print());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
