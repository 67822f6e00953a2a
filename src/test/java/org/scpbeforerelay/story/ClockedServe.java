package org.scpbeforerelay.story;

import java.nio.file.Path;
import java.util.Map;
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
        try (Daemon daemon = Daemon.start(places, new ClockFile(Path.of(args[1])), null)) {
            Signals.serveUntilTold(daemon);
        }
    }
}
