package org.scpbeforerelay.source.login.follow;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.source.login.follow.Place.FileKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of a log file that was rotated while nobody followed it: {@code mail.log.1}, {@code mail.log.2.gz}, {@code
 * mail.log-20261122} beside it. Found by its inode, or by the bytes before the saved place (copied, or compressed).
 */
final class RotatedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(RotatedFiles.class);
    private static final Pattern SUFFIX = Pattern.compile("[.-]\\d[\\d.-]*(?:\\.gz)?");
    private static final int CHUNK = 256 * 1024;

    /** How much is handed over between two calls of settle. */
    private static final long SETTLE_EVERY = 4L << 20;

    private final Path file;
    private final long ageMaxMs;
    private final BooleanSupplier stopped;
    private final LongSupplier wallMs;

    /** @param ageMaxMs files last written longer ago hold nothing that could still matter */
    RotatedFiles(Path file, long ageMaxMs, LongSupplier wallMs, BooleanSupplier stopped) {
        this.file = file;
        this.ageMaxMs = ageMaxMs;
        this.wallMs = wallMs;
        this.stopped = stopped;
    }

    /**
     * Hands over what comes after a place in the rotated file that it is in, and all of the files that are newer than that
     * one.
     *
     * @param onlyThat not the newer ones
     * @return whether the file was found
     */
    boolean finish(Place place, boolean onlyThat, LineSink<String> sink) throws IOException, InterruptedException {
        List<Path> files = oldestFirst();
        int at = find(place, files);
        if (at < 0) {
            return false;
        }
        LOG.info("{} was rotated: reading on in {}", file, files.get(at));
        handOver(files.get(at), place.offset(), sink);
        for (int i = at + 1; i < files.size() && !onlyThat; i++) {
            handOver(files.get(i), 0, sink);
        }
        return true;
    }

    private int find(Place place, List<Path> files) {
        for (int i = 0; i < files.size(); i++) {
            if (isKey(place, files.get(i)) && holds(place, files.get(i))) {
                return i;
            }
        }
        for (int i = 0; i < files.size(); i++) {
            if (place.hasPrint() && holds(place, files.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isKey(Place place, Path path) {
        try {
            return FileKey.of(path).equals(place.file());
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean holds(Place place, Path path) {
        try (InputStream in = open(path)) {
            int length = Place.printLength(place.offset());
            in.skipNBytes(place.offset() - length);
            byte[] before = in.readNBytes(length);
            return before.length == length && Place.printOf(before).equals(place.print());
        } catch (EOFException e) {
            return false;
        } catch (IOException e) {
            LOG.debug("{} cannot be read", path, e);
            return false;
        }
    }

    private void handOver(Path path, long from, LineSink<String> sink) throws IOException, InterruptedException {
        byte[] buffer = new byte[CHUNK];
        long unsettled = 0;
        try (InputStream in = open(path)) {
            in.skipNBytes(from);
            LineSplitter splitter = new LineSplitter(from, false);
            int length;
            while ((length = in.read(buffer)) >= 0) {
                if (stopped.getAsBoolean()) {
                    throw new InterruptedException("stopped while reading " + path);
                }
                splitter.split(buffer, length, sink);
                unsettled += length;
                if (unsettled > SETTLE_EVERY) {
                    sink.settle();
                    unsettled = 0;
                }
            }
        } catch (EOFException e) {
            LOG.warn("{} ends in the middle; what stood in its rest is not known", path);
        }
    }

    private static InputStream open(Path path) throws IOException {
        InputStream in = Files.newInputStream(path);
        if (!path.toString().endsWith(".gz")) {
            return in;
        }
        try {
            return new GZIPInputStream(in, 64 * 1024);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private List<Path> oldestFirst() throws IOException {
        record Dated(Path path, FileTime time) {}
        List<Dated> found = new ArrayList<>();
        String name = String.valueOf(file.getFileName());
        @Nullable Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        long oldestMs = wallMs.getAsLong() - ageMaxMs;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path path : files) {
                String other = String.valueOf(path.getFileName());
                if (!other.startsWith(name)
                        || !SUFFIX.matcher(other.substring(name.length())).matches()
                        || !Files.isRegularFile(path)) {
                    continue;
                }
                FileTime time = Files.getLastModifiedTime(path);
                if (time.toMillis() >= oldestMs) {
                    found.add(new Dated(path, time));
                }
            }
        }
        found.sort(Comparator.comparing(Dated::time).thenComparing(Dated::path, Comparator.reverseOrder()));
        return found.stream().map(Dated::path).toList();
    }
}
