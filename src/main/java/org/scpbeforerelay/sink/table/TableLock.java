package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.scpbeforerelay.clock.Clock;

/**
 * The lock on a tables folder, {@code .lock}: the daemon holds it while it lives, and the kernel lets go of it when the daemon dies
 * in whatever way. In it stands the daemon's heartbeat, {@code BOOT-ID MONOTONIC-MS}: the lock of a stopped process (SIGSTOP) is
 * held, too, while its heartbeat grows old.
 */
final class TableLock implements AutoCloseable {
    /** A heart that has not beaten for this long has stopped; a beat may wait for one run of a mail server's program. */
    static final long STOPPED_AFTER_MS = 45_000;

    private static final long BEAT_EVERY_MS = 5_000;

    /** A process that closes a second channel to the file loses its lock (fcntl(2)): so it never opens one. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;
    private long lastBeatMs = Long.MIN_VALUE / 2;

    private TableLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the lock; empty when somebody has it. */
    static Optional<TableLock> tryTake(Path folder) throws IOException {
        Path file = fileIn(folder);
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            taken = lock != null;
            return taken ? Optional.of(new TableLock(file, channel)) : Optional.empty();
        } finally {
            if (!taken) {
                HELD.remove(file);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    /** Says that the holder is alive. From any thread, as often as it likes. */
    synchronized void beat(Clock clock) {
        long nowMs = clock.now().monotonicMs();
        if (nowMs - lastBeatMs < BEAT_EVERY_MS) {
            return;
        }
        lastBeatMs = nowMs;
        String line = "%s %020d%n".formatted(clock.bootId(), nowMs);
        try {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException e) {
            // A full disk: whoever reads the heartbeat then takes out what is over, and does no harm.
        }
    }

    /** Whether the holder of the lock, though alive, has stopped working. */
    static boolean isHolderStopped(Path folder, Clock clock) {
        try {
            String[] words = Files.readString(fileIn(folder), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
            return words.length == 2
                    && words[0].equals(clock.bootId())
                    && clock.now().monotonicMs() - Long.parseLong(words[1]) > STOPPED_AFTER_MS;
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    private static Path fileIn(Path folder) {
        return folder.toAbsolutePath().normalize().resolve(".lock");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The kernel has it back in any case.
        }
        HELD.remove(file);
    }
}
