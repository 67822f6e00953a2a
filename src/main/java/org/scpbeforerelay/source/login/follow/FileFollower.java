package org.scpbeforerelay.source.login.follow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.source.login.follow.Place.FileKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one log file by its name.
 *
 * <ul>
 *   <li>At the very first start from its end, or a stated bit before it; later from the saved place. A file that appears later is read from its start.
 *   <li>Renamed and made anew: the old one is read to its end, and for {@value #LINGER_S} s more (its writer may not have
 *       noticed), the new one from its start.
 *   <li>Truncated (copytruncate): what was written before that and not yet read is looked for in the copy; then from the start.
 *   <li>Rotated while nobody followed: see {@link RotatedFiles}.
 * </ul>
 *
 * Memory is one buffer, whatever the backlog. A line without its line feed is waited for, and dropped with its file.
 */
public final class FileFollower implements AutoCloseable {
    static final int LINGER_S = 10;

    /** How much is read between two calls of settle in a backlog. */
    private static final long SETTLE_EVERY = 4L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(FileFollower.class);

    private final Path file;
    private final Path saved;
    private final LineSink<String> sink;
    private final RotatedFiles rotated;
    private final long lookBack;

    private @Nullable Tail current;
    private @Nullable Tail former;
    private @Nullable Place lastPlace;
    private long formerUntilNanos;
    private boolean resumed;
    private boolean atEnd = true;
    private boolean unsaved;
    private long unsettled;

    /**
     * @param file the log
     * @param saved where the place is kept
     * @param ageMaxMs rotated files older than this are not looked at
     * @param wallMs the wall clock
     * @param stopped asked while an old file is read, which may take long
     */
    public FileFollower(
            Path file, Path saved, long ageMaxMs, LineSink<String> sink, LongSupplier wallMs, BooleanSupplier stopped) {
        this(file, saved, ageMaxMs, sink, wallMs, stopped, 0);
    }

    /** @param lookBack at the very first start, begins at the first whole line of so many last bytes */
    public FileFollower(
            Path file,
            Path saved,
            long ageMaxMs,
            LineSink<String> sink,
            LongSupplier wallMs,
            BooleanSupplier stopped,
            long lookBack) {
        this.lookBack = lookBack;
        this.file = file;
        this.saved = saved;
        this.sink = sink;
        this.rotated = new RotatedFiles(file, ageMaxMs, wallMs, stopped);
    }

    /**
     * Looks once, and hands over what is new, up to a chunk.
     *
     * @return whether there may be more at once
     */
    public boolean poll() throws IOException, InterruptedException {
        if (!resumed) {
            resume();
            resumed = true;
        }
        int length = readFormer();
        if (length == 0 && current != null) {
            if (atEnd && current.wasTruncated()) {
                truncated(current);
            }
            length = current.read(sink);
            atEnd = length == 0;
        }
        unsettled += length;
        unsaved |= length > 0;
        if (unsaved && (length == 0 || unsettled > SETTLE_EVERY)) {
            settle();
        }
        return length > 0 || look();
    }

    /** Saves the place; for the thread that polls. */
    @Override
    public void close() throws IOException {
        try {
            if (resumed && unsaved) {
                settle();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeFormer();
            if (current != null) {
                current.close();
                current = null;
            }
        }
    }

    private void settle() throws IOException, InterruptedException {
        unsettled = 0;
        // Of a file that was truncated just now no place can be told; look() goes by the one before.
        if (sink.settle() && (current == null || !current.wasTruncated())) {
            save();
            unsaved = false;
        }
    }

    private int readFormer() throws IOException {
        if (former == null) {
            return 0;
        }
        int length = former.read(sink);
        if (length == 0 && System.nanoTime() - formerUntilNanos > 0) {
            closeFormer();
            unsaved = true;
        }
        return length;
    }

    /** Looks at the name: whether it is another file now, or a shorter one. True when there is something new to read. */
    private boolean look() throws IOException, InterruptedException {
        FileKey key;
        try {
            key = FileKey.of(file);
        } catch (NoSuchFileException e) {
            return false;
        }
        Tail open = current;
        if (open == null) {
            current = Tail.at(file, 0);
            return true;
        }
        if (!key.equals(open.key())) {
            closeFormer();
            former = open;
            formerUntilNanos = System.nanoTime() + LINGER_S * 1_000_000_000L;
            current = Tail.at(file, 0);
            unsaved = true;
            return true;
        }
        return false;
    }

    private void truncated(Tail open) throws IOException, InterruptedException {
        LOG.info("{} was truncated: reading it from its start", file);
        Place before = lastPlace;
        open.startOver();
        if (before != null && before.hasPrint()) {
            rotated.finish(before, true, sink);
        }
        unsaved = true;
    }

    private void save() throws IOException {
        List<Place> places = new ArrayList<>();
        if (former != null) {
            places.add(former.place());
        }
        Place place = current == null ? new Place(FileKey.NONE, 0, "start") : current.place();
        places.add(place);
        Place.save(saved, places);
        lastPlace = place;
    }

    private void closeFormer() throws IOException {
        if (former != null) {
            former.close();
            former = null;
        }
    }

    private void resume() throws IOException, InterruptedException {
        List<Place> places = Place.load(saved);
        if (places == null) {
            if (Files.exists(file)) {
                current = Tail.nearEnd(file, lookBack);
            }
            save();
            return;
        }
        for (Place former : places.subList(0, places.size() - 1)) {
            rotated.finish(former, true, sink);
        }
        resumeAt(places.getLast());
        unsaved = true;
    }

    private void resumeAt(Place place) throws IOException, InterruptedException {
        if (Files.exists(file)) {
            Tail tail = Tail.at(file, place.offset());
            if (tail.key().equals(place.file()) && tail.holds(place)) {
                current = tail;
                lastPlace = place;
                return;
            }
            tail.close();
        }
        boolean nothingRead = place.file().equals(FileKey.NONE);
        if (!nothingRead && !rotated.finish(place, false, sink)) {
            LOG.warn(
                    "{}: the place up to which it was read is in no file that is left; reading it from its start",
                    file);
        }
        if (Files.exists(file)) {
            current = Tail.at(file, 0);
        }
    }
}
