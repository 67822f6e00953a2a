package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.clock.SettableClock;

/** What of the SSH library's own log is for the operator. */
final class LibraryLogTest {
    private static final Logger ACCEPTOR = Logger.getLogger("org.apache.sshd.common.io.nio2.Nio2Acceptor");
    private static final Logger CONNECTOR = Logger.getLogger("org.apache.sshd.common.io.nio2.Nio2Connector");
    private static final Logger EXCHANGE = Logger.getLogger("org.apache.sshd.server.kex.DHGServer");

    private final SettableClock clock = new SettableClock();

    @Test
    void thatItCeasesToListenIsSaidOnceAMinuteAndWhatPeersDoIsNot() {
        try (LoggedLines lines = LoggedLines.of(LibraryLog.class);
                LibraryLog log = new LibraryLog(clock)) {
            assertThat(log.getLevel()).isNotNull();
            for (int i = 0; i < 3; i++) {
                ACCEPTOR.log(Level.SEVERE, "no longer accepting", new IllegalStateException("why"));
                EXCHANGE.log(Level.SEVERE, "what a peer did", new IllegalStateException());
                ACCEPTOR.warning("somebody went away");
            }
            CONNECTOR.severe("another");
            assertThat(lines.lines()).hasSize(2).anyMatch(line -> line.contains("no longer accepting"));
            clock.passMs(60_000);
            ACCEPTOR.severe("no longer accepting");
            assertThat(lines.lines()).hasSize(3);
        }
    }

    @Test
    void afterTheEndItSaysNothing() {
        try (LoggedLines lines = LoggedLines.of(LibraryLog.class)) {
            new LibraryLog(clock).close();
            ACCEPTOR.severe("no longer accepting");
            assertThat(lines.lines()).isEmpty();
        }
    }
}
