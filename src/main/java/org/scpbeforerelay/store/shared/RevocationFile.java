package org.scpbeforerelay.store.shared;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.shared.SharedRecord.Revoked;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of lines, one for each revocation; written anew without those that are over at each start, and when it has grown.
 *
 * <pre>
 * UNTIL-MS PLACE RECORD CHECKSUM
 *
 * RECORD     as {@link RecordCodec} packs it, in base64
 * CHECKSUM   CRC-32C of what stands before it, eight hexadecimal digits
 * </pre>
 *
 * <p>A damaged line is passed over and told of. After a write that failed the file is written anew, with what failed.
 */
public final class RevocationFile implements Revocations {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationFile.class);
    private static final int LINES_MAX = 50_000;

    private final Path file;
    private List<Revoked> known = new ArrayList<>();

    /** Not after a write that failed: a part of a line may stand there, behind which nothing must be written. */
    private boolean whole = true;

    public RevocationFile(Path file) {
        this.file = file;
    }

    @Override
    public List<Revoked> load(long wallMs) throws StoreException {
        List<Revoked> read = new ArrayList<>();
        int damaged = 0;
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                try {
                    read.add(parse(line));
                } catch (IllegalArgumentException | BadFrameException e) {
                    damaged++;
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw fault("read", e);
        }
        if (damaged > 0) {
            LOG.warn(
                    "{}: {} damaged lines were passed over; what they revoked may come back until its end",
                    file,
                    damaged);
        }
        known = read;
        replace(wallMs);
        return List.copyOf(known);
    }

    @Override
    public void add(List<Revoked> revoked, long wallMs) throws StoreException {
        if (revoked.isEmpty()) {
            return;
        }
        known.addAll(revoked);
        if (!whole || known.size() > LINES_MAX) {
            replace(wallMs);
            return;
        }
        whole = false;
        try {
            write(file, revoked, StandardOpenOption.APPEND);
            whole = true;
        } catch (IOException e) {
            throw fault("write", e);
        }
    }

    private void replace(long wallMs) throws StoreException {
        whole = false;
        known = new ArrayList<>(
                known.stream().filter(one -> one.untilMs() > wallMs).toList());
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try {
            write(beside, known, StandardOpenOption.TRUNCATE_EXISTING);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel folder = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
                folder.force(true);
            }
            whole = true;
        } catch (IOException e) {
            throw fault("write", e);
        }
    }

    private static void write(Path path, List<Revoked> revoked, StandardOpenOption how) throws IOException {
        StringBuilder text = new StringBuilder();
        revoked.forEach(one -> text.append(line(one)));
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static String line(Revoked one) {
        String text = one.untilMs() + " " + one.key() + " "
                + Base64.getEncoder().encodeToString(RecordCodec.encode(List.of(one)));
        return text + " " + checksum(text) + "\n";
    }

    private static Revoked parse(String line) throws BadFrameException {
        String[] fields = line.split(" ", -1);
        if (fields.length != 4
                || !checksum(line.substring(0, line.lastIndexOf(' '))).equals(fields[3])) {
            throw new BadFrameException("a damaged line");
        }
        return RecordCodec.decode(Base64.getDecoder().decode(fields[2])).getFirst() instanceof Revoked revoked
                ? revoked
                : damaged();
    }

    private static Revoked damaged() throws BadFrameException {
        throw new BadFrameException("no revocation");
    }

    private static String checksum(String text) {
        CRC32C sum = new CRC32C();
        sum.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return String.format("%08x", sum.getValue());
    }

    private StoreException fault(String what, IOException e) {
        return new StoreException(
                "cannot " + what + " " + file + " (" + e + "): give it to the user that the daemon runs as", e);
    }
}
