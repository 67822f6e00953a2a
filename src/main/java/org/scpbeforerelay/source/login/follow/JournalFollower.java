package org.scpbeforerelay.source.login.follow;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.source.login.format.LogLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows units in the systemd journal, by a {@code journalctl --follow --output=json} of the system's own: the journal's format
 * on disk is its business. Begins at the first start with what comes then, later behind the saved cursor. Ends with its
 * journalctl; whoever runs it starts it again.
 */
public final class JournalFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFollower.class);
    private static final int SETTLE_EVERY = 4_096;
    private static final long ASK_AGAIN_MS = 50;

    private final List<String> journalctl;
    private final JournalUnits units;
    private final Path saved;
    private final LineSink<LogLine> sink;
    private final LongSupplier wallMs;
    private final long lookBackMs;
    private final Runnable well;
    private volatile @Nullable Process process;
    private volatile boolean stopped;

    /**
     * @param journalctl the command: {@code journalctl}, with what tests add ({@code --file=…})
     * @param units names of units as {@code _SYSTEMD_UNIT} has them: {@code dovecot.service}; a template stands for its instances
     * @param saved where the cursor is kept
     * @param wallMs the wall clock
     * @param lookBackMs how far before the present the very first start begins
     * @param well called when the journal is read
     */
    public JournalFollower(
            List<String> journalctl,
            Collection<String> units,
            Path saved,
            LineSink<LogLine> sink,
            LongSupplier wallMs,
            long lookBackMs,
            Runnable well) {
        this.well = well;
        this.journalctl = List.copyOf(journalctl);
        this.units = new JournalUnits(units);
        this.saved = saved;
        this.sink = sink;
        this.wallMs = wallMs;
        this.lookBackMs = lookBackMs;
    }

    /** Follows until journalctl ends or {@link #close} is called; throws when journalctl says that it failed. */
    public void run() throws IOException, InterruptedException {
        String place = place();
        Process running = new ProcessBuilder(command(place)).start();
        process = running;
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8), 256 * 1024)) {
            if (stopped) {
                return;
            }
            running.getOutputStream().close();
            read(lines, running);
            String complaint = new String(running.getErrorStream().readNBytes(2_000), StandardCharsets.UTF_8).strip();
            int status = running.waitFor();
            if (status != 0 && !stopped) {
                forgetUnusable(place, complaint);
                throw new IOException(String.join(" ", journalctl) + " ended with status " + status + ": " + complaint);
            }
        } catch (IOException e) {
            if (!stopped) {
                throw e;
            }
        } finally {
            running.destroy();
            if (!running.waitFor(2, TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
        }
    }

    @Override
    public void close() {
        stopped = true;
        Process running = process;
        if (running != null) {
            running.destroy();
        }
    }

    private void read(BufferedReader lines, Process running) throws IOException, InterruptedException {
        JournalEntry last = null;
        int unsettled = 0;
        String line;
        while ((line = lines.readLine()) != null) {
            well.run();
            JournalEntry entry = JournalEntry.parse(line, units, wallMs.getAsLong());
            if (entry != null) {
                last = entry;
                unsettled++;
                if (entry.line() != null) {
                    sink.take(entry.line());
                }
            }
            if (last != null && (unsettled >= SETTLE_EVERY || !lines.ready())) {
                if (settle(lines, running)) {
                    SavedText.write(saved, "cursor " + last.cursor() + "\n");
                }
                unsettled = 0;
            }
        }
    }

    /** Asks again, for as long as nothing comes, where not all could be taken in: what comes next may come tomorrow. */
    private boolean settle(BufferedReader lines, Process running) throws IOException, InterruptedException {
        boolean settled = sink.settle();
        while (!settled && !lines.ready() && running.isAlive() && !stopped) {
            running.waitFor(ASK_AGAIN_MS, TimeUnit.MILLISECONDS);
            settled = sink.settle();
        }
        return settled;
    }

    /** What was saved; at the very first start the present, which is saved then. */
    private String place() throws IOException {
        if (Files.exists(saved)) {
            String text = Files.readString(saved).strip();
            if (text.startsWith("cursor ") || text.startsWith("since ")) {
                return text;
            }
        }
        return since(wallMs.getAsLong() - lookBackMs);
    }

    private String since(long atMs) throws IOException {
        String place = "since " + atMs / 1000;
        SavedText.write(saved, place + "\n");
        return place;
    }

    /** A cursor of a journal that is gone: from its file's time on. */
    private void forgetUnusable(String place, String complaint) throws IOException {
        if (place.startsWith("cursor ") && complaint.contains("cursor")) {
            long savedAtMs = Files.getLastModifiedTime(saved).toMillis();
            LOG.warn("the journal does not know the saved place any more ({}); reading on from its time", complaint);
            since(savedAtMs);
        }
    }

    private List<String> command(String place) {
        List<String> command = new ArrayList<>(journalctl);
        command.addAll(List.of(
                "--follow",
                "--no-tail",
                "--no-pager",
                "--quiet",
                "--output=json",
                "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_UID,_PID,_SYSTEMD_UNIT"));
        String value = place.substring(place.indexOf(' ') + 1);
        command.add(place.startsWith("cursor ") ? "--after-cursor=" + value : "--since=@" + value);
        command.addAll(units.matches());
        return command;
    }
}
