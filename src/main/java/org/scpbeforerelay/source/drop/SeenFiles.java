package org.scpbeforerelay.source.drop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that were granted a lease, so that a restart does not announce them again: what the operator revoked meanwhile
 * shall stay revoked.
 *
 * <p>One line each, {@code DEVICE INODE CTIME-NS}, appended after the grant is on record and without waiting for the disk. A
 * line lost by a power cut, or the whole file, costs little: the file is announced again with its own time, and the lease ends
 * when it would have ended. A line that is none is passed over. For one thread at a time.
 */
final class SeenFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SeenFiles.class);

    private final Path file;
    private final Set<FileFacts.Identity> seen = new HashSet<>();
    private @Nullable FileChannel channel;
    private int lines;

    private SeenFiles(Path file) {
        this.file = file;
    }

    /** Reads what was written before, if anything. */
    static SeenFiles open(Path file) throws IOException {
        SeenFiles seen = new SeenFiles(file);
        if (Files.exists(file)) {
            for (String line :
                    Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList()) {
                seen.lines++;
                parse(line).ifPresent(seen.seen::add);
            }
        }
        seen.append();
        return seen;
    }

    boolean contains(FileFacts.Identity identity) {
        return seen.contains(identity);
    }

    void add(FileFacts.Identity identity) {
        if (seen.add(identity)) {
            lines++;
            write(line(identity));
        }
    }

    /** Whether it is time for {@link #keepOnly}. */
    boolean holdsMuchMoreThan(int files) {
        return lines > 2 * files + 1000;
    }

    /** Forgets files that are no more. */
    void keepOnly(Set<FileFacts.Identity> present) {
        seen.retainAll(present);
        StringBuilder all = new StringBuilder();
        seen.forEach(identity -> all.append(line(identity)));
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try {
            closeChannel();
            Files.writeString(beside, all, StandardCharsets.ISO_8859_1);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            lines = seen.size();
            append();
        } catch (IOException e) {
            LOG.warn("drop: {} cannot be written: {}", file, e.toString());
        }
    }

    int size() {
        return seen.size();
    }

    private void append() throws IOException {
        channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    private void write(String line) {
        try {
            FileChannel open = channel;
            if (open == null) {
                append();
                open = channel;
            }
            if (open != null) {
                open.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1)));
            }
        } catch (IOException e) {
            LOG.warn("drop: {} cannot be written, a restart will announce files again: {}", file, e.toString());
        }
    }

    private static String line(FileFacts.Identity identity) {
        return identity.device() + " " + identity.inode() + " " + identity.ctimeNs() + "\n";
    }

    private static Optional<FileFacts.Identity> parse(String line) {
        String[] words = line.split(" ", 4);
        try {
            return words.length != 3
                    ? Optional.empty()
                    : Optional.of(new FileFacts.Identity(
                            Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private void closeChannel() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        try {
            closeChannel();
        } catch (IOException e) {
            LOG.warn("drop: {}: {}", file, e.toString());
        }
    }
}
