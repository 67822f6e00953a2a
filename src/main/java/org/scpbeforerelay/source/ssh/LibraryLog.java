package org.scpbeforerelay.source.ssh;

import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.scpbeforerelay.clock.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SSH library's own log, which tells whatever a peer does wrong, at every level, with stack traces and the peer's own words:
 * it is off. What is kept are errors of its listener, by which it says that it has ceased to listen; of each kind one line a
 * minute.
 *
 * <p>Loggers go by the name of the class: also that of ours that extends one of the library's. Where somebody has set the
 * library's level, to look for a fault, all is left as it is.
 */
final class LibraryLog extends Handler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LibraryLog.class);

    /** Kept strongly, as those below: java.util.logging forgets a level with its logger. */
    private static final java.util.logging.Logger LIBRARY = java.util.logging.Logger.getLogger("org.apache.sshd");

    private static final java.util.logging.Logger LISTENER =
            java.util.logging.Logger.getLogger("org.apache.sshd.common.io");

    private static final List<java.util.logging.Logger> EXTENDING_IT = Stream.of(
                    EndpointServer.class,
                    Arrival.class,
                    HoldRequest.class,
                    AnnouncingChannel.class,
                    PublicKeyProof.class)
            .map(type -> java.util.logging.Logger.getLogger(type.getName()))
            .toList();

    private final OnceAMinute<String> kinds;

    /** Takes over, until it is closed; the library says nothing then either. */
    LibraryLog(Clock clock) {
        kinds = new OnceAMinute<>(clock);
        Level level = LIBRARY.getLevel();
        if (level != null && level != Level.OFF) {
            return;
        }
        LIBRARY.setLevel(Level.OFF);
        EXTENDING_IT.forEach(logger -> logger.setLevel(Level.OFF));
        LISTENER.setLevel(Level.SEVERE);
        LISTENER.setUseParentHandlers(false);
        LISTENER.addHandler(this);
    }

    @Override
    public void publish(LogRecord line) {
        if (kinds.isDue(String.valueOf(line.getLoggerName()))) {
            LOG.error(
                    "the SSH library: {}{}; more of this minute are not logged",
                    line.getMessage(),
                    line.getThrown() == null ? "" : " (" + line.getThrown() + ")");
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LISTENER.removeHandler(this);
    }
}
