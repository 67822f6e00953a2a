package org.scpbeforerelay.console.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.history.RecordTail;

/** What timelines are drawn from: the record of before, and what has happened since. */
final class PastTest {
    private static final long START_MS = Instant.parse("2026-11-22T12:00:00Z").toEpochMilli();

    @TempDir
    Path folder;

    private final Past past = new Past(START_MS);

    private static PastEvent event(String address, long atMs) {
        return new PastEvent(atMs, PastEvent.Kind.GRANTED, "gerard", "gwaihir", address, "ssh", "", 0);
    }

    private static String line(String address, String at) {
        return "{\"at\":\"" + at + "\",\"event\":\"granted\",\"user\":\"gerard\",\"device\":\"gwaihir\",\"address\":\""
                + address + "\",\"source\":\"ssh\"}\n";
    }

    @Test
    void theRecordOfBeforeComesBeforeWhatHasHappenedSinceAndNothingTwice() throws IOException {
        Files.writeString(
                folder.resolve("20261122T100000000.jsonl"),
                line("203.0.113.1", "2026-11-22T10:00:00Z")
                        + line("203.0.113.2", "2026-11-22T11:00:00Z")
                        + line("203.0.113.3", "2026-11-22T12:00:01Z"));
        past.add(event("203.0.113.3", START_MS + 1_000));
        RecordTail record = new RecordTail(folder);
        for (int look = 0; look < 2; look++) {
            assertThat(past.since(0, record).stream().map(PastEvent::address))
                    .containsExactly("203.0.113.1", "203.0.113.2", "203.0.113.3");
        }
        assertThat(past.since(START_MS, record)).hasSize(1);
    }

    /** A pipe in the place of the record: whoever opens it waits until somebody writes. */
    @Test
    void whoTellsWhatHappensDoesNotWaitForWhoReadsTheRecord() throws Exception {
        Path pipe = folder.resolve("20261122T100000000.jsonl");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        RecordTail record = new RecordTail(folder);
        Thread visitor = Thread.ofPlatform().start(() -> past.since(0, record));
        try {
            await().until(() -> isReading(visitor));
            Thread registry = Thread.ofPlatform().start(() -> past.add(event("203.0.113.3", START_MS + 1_000)));
            await().until(() -> !registry.isAlive());
            assertThat(isReading(visitor)).isTrue();
        } finally {
            new RandomAccessFile(pipe.toFile(), "rw").close();
            visitor.join();
        }
        assertThat(past.since(0, record)).hasSize(1);
    }

    private static boolean isReading(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().endsWith(".LinesBackwards"));
    }
}
