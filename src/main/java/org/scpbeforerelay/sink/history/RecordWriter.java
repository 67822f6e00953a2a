package org.scpbeforerelay.sink.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.history.RecordFiles;

/** Appends to the last file of the record, begins a new one when it is full, deletes what is too old or too much. For one thread. */
final class RecordWriter implements AutoCloseable {
    /** A sixteenth of all that may be kept, so that no more than that goes at once. */
    private static final int PARTS = 16;

    private static final long PART_BYTES_MAX = 64L << 20;
    private static final long THIN_EVERY_MS = 600_000;

    private final RecordFiles files;
    private @Nullable FileChannel channel;
    private long bytes;
    private long beganMs;
    private long thinnedMs = Long.MIN_VALUE;
    private boolean unforced;

    RecordWriter(RecordFiles files) {
        this.files = files;
    }

    /** Appends whole lines. On a failure the file is let go; the next call opens it anew, or another one. */
    void append(byte[] lines, HistorySettings settings, long nowMs) throws IOException {
        try {
            FileChannel open = channel(settings, nowMs);
            ByteBuffer left = ByteBuffer.wrap(lines);
            while (left.hasRemaining()) {
                bytes += open.write(left);
            }
            unforced = true;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Puts what was appended on disk. */
    void force() throws IOException {
        FileChannel open = channel;
        if (unforced && open != null) {
            open.force(false);
            unforced = false;
        }
    }

    /** Deletes what the settings do not keep, now and then, and no more often when it fails. Whether it was time. */
    boolean thin(HistorySettings settings, long nowMs) throws IOException {
        if (thinnedMs != Long.MIN_VALUE && Math.abs(nowMs - thinnedMs) < THIN_EVERY_MS) {
            return false;
        }
        thinnedMs = nowMs;
        files.thin(nowMs - settings.keepMs(), settings.bytesMax());
        return true;
    }

    private FileChannel channel(HistorySettings settings, long nowMs) throws IOException {
        FileChannel open = channel;
        long most = Math.min(PART_BYTES_MAX, settings.bytesMax() / PARTS);
        boolean full = bytes >= most || nowMs - beganMs >= settings.keepMs() / PARTS;
        if (open != null && !full) {
            return open;
        }
        Optional<Path> last = open == null ? files.last() : Optional.empty();
        close();
        // After a crash the last line may be cut: a line feed ends it, and readers pass over it.
        Path file = last.isPresent() && !isFull(last.get(), settings, most, nowMs) ? last.get() : files.next(nowMs);
        FileChannel opened = FileChannel.open(
                file,
                Set.copyOf(EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        channel = opened;
        bytes = opened.size();
        beganMs = RecordFiles.beginMs(file);
        opened.position(bytes);
        if (bytes > 0 && lastByte(opened) != '\n') {
            bytes += opened.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
        thinnedMs = Long.MIN_VALUE;
        return opened;
    }

    private static boolean isFull(Path file, HistorySettings settings, long most, long nowMs) throws IOException {
        return java.nio.file.Files.size(file) >= most || nowMs - RecordFiles.beginMs(file) >= settings.keepMs() / PARTS;
    }

    private static byte lastByte(FileChannel open) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        open.read(one, open.size() - 1);
        return one.get(0);
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try (open) {
                open.force(false);
            }
        }
        unforced = false;
    }
}
