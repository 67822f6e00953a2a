package org.scpbeforerelay.source.drop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.registry.Registry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drop directories of a host: one thread that watches, reads and announces.
 *
 * <p>A file is announced within 100 ms after its writer closed it or moved it there; where the kernel did not tell, the rescan
 * finds it, at the latest {@link DropRounds#RESCAN_MS} later. Whatever users put there costs a bounded amount of memory and log,
 * and nothing there is ever changed.
 */
public final class DropSource implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DropSource.class);

    /** After a defect or a kernel that is out of descriptors: the pause before the next turn. */
    private static final long PAUSE_MS = 1_000;

    private final DropRounds rounds;
    private final Thread thread;
    private volatile boolean stopping;

    /**
     * Nothing is read before {@link #start}.
     *
     * @param seen where it is written which files were announced; made when it is not there
     * @throws IOException when that file cannot be read or made, or the kernel gives no inotify
     */
    public DropSource(
            DropSettings settings, Roster roster, Registry registry, Clock clock, LoginEvidence evidence, Path seen)
            throws IOException {
        this.rounds = new DropRounds(
                settings,
                roster,
                registry,
                clock,
                evidence,
                new RememberedAccounts(new SystemAccounts(), clock),
                SeenFiles.open(seen));
        this.thread = Thread.ofPlatform().daemon().name("drop").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Takes other settings and users into force; files that were refused are judged anew. From any thread. */
    public void adopt(DropSettings settings, Roster roster) {
        rounds.adopt(settings, roster);
    }

    /** How it fares; as of the last rescan. From any thread. */
    public DropHealth health() {
        return rounds.health();
    }

    @Override
    public void close() {
        stopping = true;
        rounds.wake();
        boolean started = thread.getState() != Thread.State.NEW;
        try {
            if (started) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!started) {
            rounds.close();
        }
    }

    private void run() {
        @Nullable String said = null;
        while (!stopping) {
            try {
                rounds.turn(PAUSE_MS);
                said = null;
            } catch (IOException | RuntimeException | Error e) {
                // One bad turn must not end the watching; and must not fill the log.
                if (!e.toString().equals(said)) {
                    said = e.toString();
                    LOG.error("drop: a turn failed; tried again every second", e);
                }
                LockSupport.parkNanos(PAUSE_MS * 1_000_000);
            }
        }
        rounds.close();
    }
}
