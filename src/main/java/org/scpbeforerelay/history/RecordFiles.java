package org.scpbeforerelay.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of the record: {@code 20261122T101500123.jsonl}, named by the time of their first line, UTC. Their names are their order; the
 * last one grows. One whose successor is older than the age that is kept has nothing left to keep.
 */
public final class RecordFiles {
    private static final Pattern NAME = Pattern.compile("\\d{8}T\\d{9}\\.jsonl");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS").withZone(ZoneOffset.UTC);

    private final Path folder;

    public RecordFiles(Path folder) {
        this.folder = folder;
    }

    /** All of them, the oldest first; none where there is no folder. */
    public List<Path> all() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> matcher(file).matches()).sorted().toList();
        }
    }

    /** The newest; empty when there is none. */
    public Optional<Path> last() throws IOException {
        List<Path> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /** The file that begins at this time; after the last one, also when the clock was stepped back. */
    public Path next(long wallMs) throws IOException {
        Path next = named(wallMs);
        Optional<Path> last = last();
        if (last.isPresent() && last.get().compareTo(next) >= 0) {
            return named(beginMs(last.get()) + 1);
        }
        return next;
    }

    /** When a file begins, by its name. */
    public static long beginMs(Path file) {
        return TIME.parse(file.getFileName().toString().replace(".jsonl", ""), Instant::from)
                .toEpochMilli();
    }

    /**
     * Deletes the oldest until the rest is young and small enough; never the last one. What cannot be deleted is passed over, and
     * nothing newer goes in its place; the error names the first.
     */
    public void thin(long keepFromMs, long bytesMax) throws IOException {
        List<Path> all = all();
        long bytes = 0;
        for (Path file : all) {
            bytes += size(file);
        }
        IOException failed = null;
        for (int i = 0; i + 1 < all.size(); i++) {
            boolean tooOld = beginMs(all.get(i + 1)) <= keepFromMs;
            if (!tooOld && bytes <= bytesMax) {
                break;
            }
            bytes -= size(all.get(i));
            try {
                Files.deleteIfExists(all.get(i));
            } catch (IOException e) {
                failed = failed == null ? e : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    /** 0 for a file that somebody else has deleted meanwhile. */
    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private Path named(long wallMs) {
        return folder.resolve(TIME.format(Instant.ofEpochMilli(wallMs)) + ".jsonl");
    }

    private static Matcher matcher(Path file) {
        return NAME.matcher(file.getFileName().toString());
    }
}
