package org.scpbeforerelay.store.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.store.StoreException;

/**
 * The file of the store among its companions: {@code leases.db}, SQLite's {@code leases.db-wal} and {@code leases.db-shm}, and
 * {@code leases.db.lock}, which one daemon holds. (A lock on the store itself would keep readers out: {@code sqlite3}, or
 * Postfix.) A new store is made whole under another name and then renamed, so that an empty or unfinished file under this
 * name is always damage.
 */
final class StoreFile implements AutoCloseable {
    private static final Set<StandardOpenOption> CREATE_OR_OPEN =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path file;
    private final Path folder;
    private final FileChannel lock;
    private @Nullable Object identity;

    private StoreFile(Path file, Path folder, FileChannel lock) {
        this.file = file;
        this.folder = folder;
        this.lock = lock;
    }

    /** Takes the lock. The folder must exist. */
    static StoreFile lock(Path path) throws StoreException {
        Path file = path.toAbsolutePath().normalize();
        Path folder = Objects.requireNonNull(file.getParent(), "a file has a folder");
        Path lockFile = companion(file, ".lock");
        FileChannel channel = null;
        try {
            channel = FileChannel.open(lockFile, CREATE_OR_OPEN, OWNER_ONLY);
            FileLock held = channel.tryLock();
            if (held != null) {
                channel.truncate(0);
                channel.write(
                        ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
                return new StoreFile(file, folder, channel);
            }
            String holder = holder(channel);
            channel.close();
            throw inUse(file, holder);
        } catch (OverlappingFileLockException e) {
            closeQuietly(channel);
            throw inUse(file, "this process");
        } catch (NoSuchFileException e) {
            throw new StoreException(
                    "the folder " + folder + " of the lease store does not exist: create it for the daemon's user", e);
        } catch (AccessDeniedException e) {
            throw new StoreException(
                    "the lease store " + file + " cannot be locked: the daemon's user may not write " + lockFile, e);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new StoreException("the lease store " + file + " cannot be locked: " + e, e);
        }
    }

    Path path() {
        return file;
    }

    Path folder() {
        return folder;
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** Whether a journal lies there without its store: what is left when setting aside was cut short. */
    boolean leftBehind() {
        return !exists() && (Files.exists(companion(file, "-wal")) || Files.exists(companion(file, "-shm")));
    }

    /** A name under which a new store can be made; nothing lies there, and it is readable for its owner only. */
    Path beginNew() throws StoreException {
        Path unfinished = companion(file, ".new");
        try {
            for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
                Files.deleteIfExists(companion(unfinished, suffix));
            }
            // SQLite gives its -wal and -shm the mode of the main file.
            Files.createFile(unfinished, OWNER_ONLY);
            return unfinished;
        } catch (IOException e) {
            throw new StoreException(
                    "cannot create the lease store " + file + " (" + e + "): make its folder writable for the daemon",
                    e);
        }
    }

    /** Gives the finished store its name, durably. */
    void finishNew(Path unfinished) throws StoreException {
        try {
            try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            forceFolder();
        } catch (IOException e) {
            throw new StoreException("cannot create the lease store " + file + ": " + e, e);
        }
    }

    /** Takes the damaged store out of the way, with its journal; gives its new name. */
    Path setAside(Instant now) throws StoreException {
        Path aside = companion(file, ".damaged-" + SECOND.format(now));
        for (int n = 2; Files.exists(aside) || Files.exists(companion(aside, "-wal")); n++) {
            aside = companion(file, ".damaged-" + SECOND.format(now) + "." + n);
        }
        try {
            // The store goes first: without its journal it would be an older state, and look sound.
            for (String suffix : List.of("", "-wal", "-shm")) {
                Path part = companion(file, suffix);
                if (Files.exists(part)) {
                    Files.move(part, companion(aside, suffix), StandardCopyOption.ATOMIC_MOVE);
                }
            }
            forceFolder();
        } catch (IOException e) {
            throw new StoreException(
                    "the lease store " + file + " is damaged and cannot be set aside as " + aside + " (" + e
                            + "): move it and its -wal and -shm away by hand",
                    e);
        }
        return aside;
    }

    /** Remembers which file it is, for {@link #isStillThere}. */
    void remember() throws StoreException {
        try {
            identity = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            throw new StoreException("the lease store " + file + " cannot be read: " + e, e);
        }
    }

    /** Whether the file is still the one that was opened: SQLite goes on writing to one that was removed. */
    boolean isStillThere() {
        try {
            return Objects.equals(
                    identity,
                    Files.readAttributes(file, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return false;
        }
    }

    /** Its first bytes, fewer where it has fewer. Not while it is open: closing any handle gives up SQLite's locks (fcntl(2)). */
    ByteBuffer header(int bytes) throws StoreException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = ByteBuffer.allocate(bytes);
            while (header.hasRemaining() && channel.read(header) >= 0) {
                // until it is full
            }
            return header.flip();
        } catch (IOException e) {
            throw new StoreException(
                    "the lease store " + file + " cannot be read (" + e + "): check its owner and mode, and the disk",
                    e);
        }
    }

    /** Its bytes with those of its journal. */
    long size() {
        return size(file) + size(companion(file, "-wal"));
    }

    @Override
    public void close() {
        closeQuietly(lock);
    }

    private void forceFolder() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            return 0;
        }
    }

    private static Path companion(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(20);
        channel.read(bytes, 0);
        String pid = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
        return pid.matches("[0-9]+") ? "process " + pid : "another process";
    }

    private static StoreException inUse(Path file, String holder) {
        return new StoreException("the lease store " + file + " is in use by " + holder
                + ": only one daemon may write it; stop that one, or give this one another --state");
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // The lock goes with the process at the latest.
            }
        }
    }
}
