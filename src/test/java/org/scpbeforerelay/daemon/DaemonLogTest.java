package org.scpbeforerelay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** What a line of the log looks like, for people, for the journal, for machines. */
final class DaemonLogTest {
    private static final long NOON_MS = 1_795_348_800_000L;
    private static final ClientAddress ADDRESS =
            ClientAddress.tryParse("203.0.113.7").orElseThrow();

    private static LogRecord record(Level level, String message) {
        LogRecord record = new LogRecord(level, message);
        record.setInstant(Instant.ofEpochMilli(NOON_MS + 123));
        record.setLoggerName("org.scpbeforerelay.daemon.Daemon");
        return record;
    }

    @Test
    void aPersonReadsTimeLevelAndOneLine() {
        assertThat(new DaemonLog.LineFormatter(false).format(record(Level.INFO, "a\nforged line\u001b[2J")))
                .isEqualTo("2026-11-22T12:00:00.123Z INFO  a\\u000aforged line\\u001b[2J\n");
        assertThat(new DaemonLog.LineFormatter(false).format(record(Level.INFO, "\u009b2J\u202egnp.exe")))
                .endsWith(" \\u009b2J\\u202egnp.exe\n");
    }

    @Test
    void whatAnExceptionSaysOfOutsideIsAsVisibleAsTheMessage() {
        LogRecord record = record(Level.SEVERE, "a defect");
        record.setThrown(
                new IllegalStateException("\u001b]0;title\u0007\u009b2J\r\n2026-11-22T12:00:00.123Z INFO  forged"));
        String said = new DaemonLog.LineFormatter(false).format(record);
        assertThat(said).contains("    java.lang.IllegalStateException: \\u001b]0;title\\u0007\\u009b2J");
        assertThat(said.chars().filter(c -> c != '\n')).noneMatch(Character::isISOControl);
        assertThat(said.lines().skip(1)).allMatch(line -> line.startsWith("    "));
    }

    @Test
    void theJournalReadsThePriorityFirst() {
        assertThat(new DaemonLog.LineFormatter(true).format(record(Level.WARNING, "odd")))
                .isEqualTo("<4>odd\n");
        assertThat(new DaemonLog.LineFormatter(true).format(record(Level.SEVERE, "bad")))
                .isEqualTo("<3>bad\n");
        assertThat(new DaemonLog.JsonFormatter(true).format(record(Level.INFO, "good")))
                .startsWith("<6>{");
    }

    @Test
    void aMachineReadsOneObjectALine() {
        LogRecord record = record(Level.SEVERE, "a \"quoted\"\nline\u009b\u202e");
        record.setThrown(new IllegalStateException("why"));
        String line = new DaemonLog.JsonFormatter(false).format(record);
        assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
        assertThat(line).doesNotContain("\u009b", "\u202e");
        JsonNode read = Json.read(line);
        assertThat(read.path("at").asString()).isEqualTo("2026-11-22T12:00:00.123Z");
        assertThat(read.path("level").asString()).isEqualTo("error");
        assertThat(read.path("from").asString()).isEqualTo("daemon.Daemon");
        assertThat(read.path("message").asString()).isEqualTo("a \"quoted\"\nline\u009b\u202e");
        assertThat(read.path("trace").asString()).contains("IllegalStateException: why");
    }

    @Test
    void aStreamThatWasRedirectedIsNotTheJournal(@TempDir Path folder) throws Exception {
        Path stream = Files.createFile(folder.resolve("stream"));
        String itself = Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino");
        assertThat(DaemonLog.isJournal(itself, stream)).isTrue();
        assertThat(DaemonLog.isJournal("9:9", stream)).isFalse();
        assertThat(DaemonLog.isJournal("", stream)).isFalse();
        assertThat(DaemonLog.isJournal(itself, folder.resolve("gone"))).isFalse();
    }

    @Test
    void whatHappensToALeaseIsOneSentence() {
        Lease lease = new Lease(
                LeaseKey.of(Principal.parse("gerard/gwaihir"), ADDRESS, LeaseSource.SSH),
                ADDRESS,
                32,
                LeaseSource.SSH,
                false,
                "SHA256:abc",
                NOON_MS,
                NOON_MS,
                NOON_MS + 1_200_000,
                1_200_000);
        Announcement announcement = new Announcement(
                lease.principal(),
                LeaseSource.SSH,
                "SHA256:abc",
                ADDRESS,
                List.of(Claim.OWN),
                Announcement.Hold.NONE,
                0,
                Announcement.NO_BOUND,
                Announcement.NOW);
        assertThat(List.of(
                        String.valueOf(EventLog.line(new LeaseEvent.Granted(lease, NOON_MS))),
                        String.valueOf(EventLog.line(new LeaseEvent.Renewed(lease, NOON_MS))),
                        String.valueOf(EventLog.line(new LeaseEvent.Revoked(lease, "by operator root", NOON_MS))),
                        String.valueOf(EventLog.line(new LeaseEvent.Expired(lease, NOON_MS))),
                        String.valueOf(EventLog.line(new LeaseEvent.Refused(
                                announcement, new Verdict.Refused(RefusalCode.DISABLED, "it is off"), NOON_MS)))))
                .containsExactly(
                        "granted gerard/gwaihir 203.0.113.7 by ssh until 2026-11-22T12:20:00Z (SHA256:abc)",
                        "null",
                        "revoked gerard/gwaihir 203.0.113.7: by operator root",
                        "expired gerard/gwaihir 203.0.113.7",
                        "refused gerard/gwaihir from 203.0.113.7 by ssh: disabled it is off");
    }
}
