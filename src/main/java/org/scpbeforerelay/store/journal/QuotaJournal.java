package org.scpbeforerelay.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.quota.QuotaEntry;
import org.scpbeforerelay.store.QuotaStore;
import org.scpbeforerelay.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of lines, readable by people.
 *
 * <pre>
 * scp-before-relay quotas 1 BOOT-ID
 * WALL-MS MONOTONIC-MS USER MESSAGES RECIPIENTS MESSAGE CHECKSUM
 *
 * MESSAGES, RECIPIENTS   -  or  COUNT/PERIOD-MS:DEBT@MONOTONIC-MS      a {@link org.scpbeforerelay.quota.Meter}
 * MESSAGE                -  or  INSTANCE CLIENT MONOTONIC-MS RECIPIENTS [+=]DIGEST,DIGEST…
 *                        or  heard HOST:EPOCH:SEQUENCE:MESSAGES:RECIPIENTS,…   of other hosts' counts, what is in these
 * CHECKSUM               CRC-32C of what stands before it, eight hexadecimal digits
 * </pre>
 *
 * <p>A line says where a user stands, not what was added: a line that is lost to damage is made good by the next one of that user.
 * Each count is one {@code write(2)}, so the kernel has it whatever becomes of the process; once a second a thread of the journal's own has
 * the disk take what is new. When the file is longer than {@link #LONG_BYTES} it is written anew beside itself and renamed.
 */
public final class QuotaJournal implements QuotaStore {
    /** From this length on the file is written anew, unless it was as long as half of that when it was new. */
    static final long LONG_BYTES = 8L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(QuotaJournal.class);
    private static final String HEAD = "scp-before-relay quotas 1 ";
    private static final long FLUSH_EVERY_MS = 1_000;

    private final Path file;
    private final String bootId;
    private final Moment openedAt;
    private final ScheduledExecutorService flusher;
    private volatile @Nullable FileChannel channel;
    private volatile boolean dirty;
    private volatile boolean flushFailed;
    private volatile @Nullable String failure;
    private long newLength;
    private long length;

    /**
     * Opens nothing yet: {@link #load} reads, and the first {@link #replace} writes.
     *
     * @param bootId the run of the machine that {@code now} belongs to
     */
    public QuotaJournal(Path file, String bootId, Moment now) {
        this.file = file;
        this.bootId = bootId;
        this.openedAt = now;
        this.flusher = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("quota-journal").factory());
        flusher.scheduleWithFixedDelay(this::flush, FLUSH_EVERY_MS, FLUSH_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void load(Consumer<QuotaEntry> each) throws StoreException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new StoreException(
                    file + " cannot be read (" + e.getMessage() + "); give it to the user that the daemon runs as", e);
        }
        // What stands behind the last line feed was being written when the power failed.
        List<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().startsWith(HEAD)) {
            setAside();
            return;
        }
        boolean sameBoot = lines.getFirst().equals(HEAD + bootId);
        int damaged = 0;
        for (String line : lines.subList(1, lines.size())) {
            try {
                QuotaLine read = QuotaLine.parse(line);
                each.accept(sameBoot ? read.entry() : read.afterReboot(openedAt));
            } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
                damaged++;
            }
        }
        if (damaged > 0) {
            LOG.warn(
                    "{}: {} of {} lines are damaged and were passed over; some of what was relayed lately may not be counted",
                    file,
                    damaged,
                    lines.size() - 1);
        }
    }

    private void setAside() throws StoreException {
        Path copy = file.resolveSibling(file.getFileName() + ".damaged-" + openedAt.wallMs());
        try {
            Files.move(file, copy, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StoreException(file + " is no record of quotas and cannot be set aside: " + e.getMessage(), e);
        }
        LOG.error("{} is no record of quotas and was set aside as {}; all limits begin anew", file, copy);
    }

    @Override
    public void append(QuotaEntry entry, Moment now) throws StoreException {
        FileChannel open = channel;
        if (open == null) {
            throw new StoreException(failed("it is not open"));
        }
        try {
            length += write(open, new QuotaLine(now, entry).text());
            dirty = true;
        } catch (IOException e) {
            close(open);
            channel = null;
            throw new StoreException(failed(e.getMessage()), e);
        }
    }

    @Override
    public void replace(List<QuotaEntry> all, Moment now) throws StoreException {
        StringBuilder text = new StringBuilder(HEAD).append(bootId).append('\n');
        all.forEach(entry -> text.append(new QuotaLine(now, entry).text()));
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        FileChannel fresh = null;
        try {
            Files.deleteIfExists(beside);
            fresh = FileChannel.open(
                    beside,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            long written = write(fresh, text.toString());
            fresh.force(true);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder =
                    FileChannel.open(file.toAbsolutePath().resolveSibling(""), StandardOpenOption.READ)) {
                folder.force(true);
            }
            FileChannel former = channel;
            channel = fresh;
            close(former);
            newLength = written;
            length = written;
            flushFailed = false;
            failure = null;
        } catch (IOException e) {
            close(fresh);
            close(channel);
            channel = null;
            throw new StoreException(failed(e.getMessage()), e);
        }
    }

    @Override
    public boolean wantsReplacing() {
        return channel == null || flushFailed || length > Math.max(LONG_BYTES, 2 * newLength);
    }

    @Override
    public @Nullable String failure() {
        return failure;
    }

    /** Has the disk take what was appended. */
    private void flush() {
        FileChannel open = channel;
        if (open == null || !dirty) {
            return;
        }
        dirty = false;
        try {
            open.force(false);
        } catch (ClosedChannelException e) {
            // Written anew meanwhile, and that was on disk before this channel was closed.
        } catch (IOException e) {
            flushFailed = true;
            LOG.error("{}", failed(e.getMessage()));
        }
    }

    private String failed(@Nullable String why) {
        String text = "what users have used of their limits cannot be recorded in " + file + " (" + why
                + "); it is counted in memory meanwhile and lost if the daemon ends: make room on the disk";
        failure = text;
        return text;
    }

    private static long write(FileChannel to, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        long count = bytes.remaining();
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
        return count;
    }

    private static void close(@Nullable FileChannel open) {
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            LOG.debug("quotas: closing a file failed", e);
        }
    }

    /** Waits for the disk. An interrupt would close the file under the hands of its flusher, so there is none. */
    @Override
    public void close() {
        flusher.close();
        flush();
        close(channel);
        channel = null;
    }
}
