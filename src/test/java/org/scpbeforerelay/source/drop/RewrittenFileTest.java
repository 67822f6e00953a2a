package org.scpbeforerelay.source.drop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pitfalls 10 and 26 under stress: a writer that overwrites byte by byte, never cutting the file off before the end. */
final class RewrittenFileTest {
    private static final int REWRITES = 10_000;
    private static final String LONG = "198.51.100.123";
    private static final String SHORT = "203.0.113.7";

    @TempDir
    Path temp;

    @Test
    void pitfall26TenThousandRewritesInPlaceGiveNeverAPartialOrMixedAddress() throws Exception {
        try (DropRig rig = new DropRig(temp, DropSettings.Proof.NONE)) {
            CountDownLatch never = new CountDownLatch(1);
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> rewrite(rig.folder, never));
            while (!writer.isDone()) {
                rig.turn();
            }
            writer.join();
            rig.until(() -> rig.permits(SHORT));
            assertThat(rig.refusals()).isEmpty();
            assertThat(rig.granted())
                    .hasSizeGreaterThan(10)
                    .allMatch(lease -> lease.endsWith(" " + LONG) || lease.endsWith(" " + SHORT));
        }
    }

    private static void rewrite(Path folder, CountDownLatch never) {
        for (int i = 0; i < REWRITES; i++) {
            byte[] content = ((i % 2 == 0 ? LONG : SHORT) + "\n").getBytes(StandardCharsets.US_ASCII);
            try (RandomAccessFile file =
                    new RandomAccessFile(folder.resolve("gwaihir-ip").toFile(), "rw")) {
                for (int at = 0; at < content.length; at++) {
                    file.write(content[at]);
                    if (i % 500 == 250 && at == 3) {
                        never.await(2 * DropReader.SETTLE_MS, TimeUnit.MILLISECONDS); // stalls: 203.51.100.123
                    }
                }
                file.setLength(content.length);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
            pauseNowAndThen(i, never);
        }
    }

    /** So that there is something to be read at all. */
    private static void pauseNowAndThen(int i, CountDownLatch never) {
        try {
            never.await(i % 99 == 0 ? 2 * DropReader.SETTLE_MS : 0, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
