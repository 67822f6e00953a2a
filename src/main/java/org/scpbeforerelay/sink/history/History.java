package org.scpbeforerelay.sink.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.history.RecordFiles;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.registry.LeaseListener;
import org.scpbeforerelay.relay.MailWatch;
import org.scpbeforerelay.view.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the record. {@link #happened} never blocks: lines wait in a bounded queue for the one thread that appends them; what finds it full,
 * or the disk, is counted, and the record itself says how many are missing. What was appended survives kill -9; once a second it is
 * forced to disk.
 */
public final class History implements LeaseListener, AutoCloseable {
    /** More than some rounds of the registry bring about. */
    static final int WAITING_MAX = 32_768;

    /** So many lines about mail wait at the most, so that no flood of mail pushes out what happens to leases. */
    static final int MAILS_WAITING_MAX = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(History.class);
    private static final long FORCE_EVERY_MS = 1_000;
    private static final int BATCH = 1024;

    private final Path folder;
    private final Clock clock;
    private final RecordWriter writer;
    private final BlockingQueue<Supplier<ObjectNode>> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final RelayCounts counts = new RelayCounts();
    private final RelayCountsKeeper keeper;
    private final MailRecord mails;
    private final AtomicLong missing = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final Thread thread = Thread.ofPlatform().name("history").unstarted(this::run);
    private volatile HistorySettings settings = HistorySettings.NOT_YET;
    private volatile @Nullable String failure;
    private volatile @Nullable String notThinned;
    private volatile boolean stopping;

    /**
     * Prepares it; writes nothing yet.
     *
     * @param standing the lease that stands in a place of the book, for what is counted on it
     */
    public History(Path folder, Clock clock, Function<LeaseKey, @Nullable Lease> standing) {
        this.folder = folder;
        this.keeper = new RelayCountsKeeper(folder, counts, standing);
        this.mails = new MailRecord(counts, clock, this::offerMail);
        this.writer = new RecordWriter(new RecordFiles(folder));
        this.clock = clock;
        loadCounts();
    }

    /** Begins to write; what has happened before waits. The error names the folder. */
    public void start(HistorySettings begin) throws IOException {
        settings = begin;
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        settleCounts();
        thread.start();
    }

    /** Whoever answers mail servers tells of mail here, from one thread. */
    public MailWatch mails() {
        return mails;
    }

    /** How much each lease has relayed. */
    public RelayCounts counts() {
        return counts;
    }

    /** Keeps more or less from now on. */
    public void adopt(HistorySettings newSettings) {
        settings = newSettings;
    }

    @Override
    public void happened(LeaseEvent event) {
        ObjectNode line = RecordLines.of(event, counts);
        if (line != null) {
            offer(line);
        }
    }

    /** Puts down what an operator did. */
    public void operator(String who, String did) {
        offer(RecordLines.operator(who, did, clock.now().wallMs()));
    }

    /** How many lines were written since the start. */
    public long written() {
        return written.get();
    }

    /** Why the record cannot be written, or takes more room than it may; null while all is well. */
    public @Nullable String failure() {
        String unwritten = failure;
        return unwritten == null ? notThinned : unwritten;
    }

    private void offer(ObjectNode line) {
        if (!waiting.offer(() -> line)) {
            missing.incrementAndGet();
        }
    }

    private void offerMail(Supplier<ObjectNode> line) {
        if (settings.mails() && (waiting.size() >= MAILS_WAITING_MAX || !waiting.offer(line))) {
            missing.incrementAndGet();
        }
    }

    private void run() {
        long forcedNs = System.nanoTime();
        while (!stopping || !waiting.isEmpty()) {
            List<Supplier<ObjectNode>> batch = new ArrayList<>();
            try {
                Supplier<ObjectNode> first = waiting.poll(FORCE_EVERY_MS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    waiting.drainTo(batch, BATCH);
                }
                write(batch);
                batch.clear();
                if (System.nanoTime() - forcedNs >= FORCE_EVERY_MS * 1_000_000) {
                    writer.force();
                    forcedNs = System.nanoTime();
                    keepCounts();
                }
            } catch (IOException | RuntimeException | Error e) {
                missing.addAndGet(batch.size());
                failed(e);
            } catch (InterruptedException e) {
                stopping = true; // close() does not interrupt: somebody wants the process to end now
            }
            thin();
        }
        try {
            keeper.write();
            writer.close();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void loadCounts() {
        try {
            keeper.load();
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Not worth a start that fails: a full disk is said, and the daemon goes on. */
    private void settleCounts() {
        try {
            keeper.settle()
                    .forEach(gone -> offer(RecordLines.relayed(gone, clock.now().wallMs())));
        } catch (IOException e) {
            failed(e);
        }
    }

    private void keepCounts() throws IOException {
        for (RelayCounts.Standing lost : keeper.keep()) {
            offer(RecordLines.relayed(lost, clock.now().wallMs()));
        }
    }

    private void write(List<Supplier<ObjectNode>> batch) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        long nowMs = clock.now().wallMs();
        StringBuilder lines = new StringBuilder();
        long gone = missing.get();
        if (gone > 0) {
            lines.append(Json.line(RecordLines.missing(gone, nowMs))).append('\n');
        }
        batch.forEach(line -> lines.append(Json.line(line.get())).append('\n'));
        writer.append(lines.toString().getBytes(StandardCharsets.UTF_8), settings, nowMs);
        missing.addAndGet(-gone);
        written.addAndGet(batch.size());
        if (failure != null) {
            LOG.info("the record in {} is written again", folder);
            failure = null;
        }
    }

    /** Apart from the writing: neither must a file that cannot be deleted end the record, nor a full disk the thinning. */
    private void thin() {
        try {
            if (writer.thin(settings, clock.now().wallMs())) {
                notThinned = null;
            }
        } catch (IOException | RuntimeException e) {
            String message = "old files of the record in " + folder + " cannot be deleted (" + e.getMessage()
                    + "), so it takes more room than [history] allows; delete them, or see what holds them: lsattr";
            if (!message.equals(notThinned)) {
                LOG.error(message);
            }
            notThinned = message;
        }
    }

    private void failed(Throwable e) {
        String message = "the record in " + folder + " cannot be written (" + e.getMessage()
                + "); make room, or give the folder to the user that the daemon runs as";
        if (!message.equals(failure)) {
            LOG.error(message);
        }
        failure = message;
    }

    /** Writes what waits, then ends. */
    @Override
    public void close() {
        stopping = true;
        try {
            if (thread.isAlive()) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
