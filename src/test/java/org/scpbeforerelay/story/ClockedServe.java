package org.scpbeforerelay.story;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.daemon.Daemon;
import org.scpbeforerelay.daemon.DaemonLog;
import org.scpbeforerelay.daemon.Signals;

/** {@code serve} with a clock that the test sets: the same daemon, told another time. Arguments: state folder, clock file. */
final class ClockedServe {
    private ClockedServe() {}

    public static void main(String[] args) throws Exception {
        DaemonLog.begin(Map.of());
        Places places = Places.find(Path.of(args[0]), null);
        Path clockFile = Path.of(args[1]);
        Clock clock = new SweepStopper(new ClockFile(clockFile), sweepStopped(clockFile));
        try (Signals signals = Signals.take();
                Daemon daemon = Daemon.start(places, clock, null)) {
            signals.serveUntilTold(daemon);
        }
    }

    /** While this file is there, the thread that sweeps stands still. */
    static Path sweepStopped(Path clockFile) {
        return clockFile.resolveSibling("sweep-stopped");
    }

    /** A clock that keeps the one thread that sweeps waiting for the time. */
    private record SweepStopper(Clock clock, Path stopped) implements Clock {
        @Override
        public Moment now() {
            while (Thread.currentThread().getName().equals("registry") && Files.exists(stopped)) {
                LockSupport.parkNanos(1_000_000);
            }
            return clock.now();
        }

        @Override
        public String bootId() {
            return clock.bootId();
        }

        @Override
        public boolean isSynchronised() {
            return clock.isSynchronised();
        }
    }
}
