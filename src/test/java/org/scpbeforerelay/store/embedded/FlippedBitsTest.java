package org.scpbeforerelay.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.LeaseStore.Recorded;
import org.scpbeforerelay.store.LeaseStoreContract;
import org.scpbeforerelay.store.StoreException;

/** One bit of the file flips: what is given is what was committed, or nothing; never something else. */
final class FlippedBitsTest {
    private static final String BOOT = "7f8b1f6e-5d0b-4a27-9d6c-0a4b0f5f1a11";
    private static final Lease GWAIHIR = LeaseStoreContract.lease("gerard/gwaihir", "203.0.113.7");
    private static final Lease LANDROVAL = LeaseStoreContract.lease("gerard/landroval", "203.0.113.8");

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("leases.db");
    }

    @Test
    void someSingleFlippedBitsNeverBecomeAnotherLease() throws Exception {
        assertNoFlippedBitBecomesALease(211);
    }

    @Test
    @Tag("long")
    void thousandsOfSingleFlippedBitsNeverBecomeAnotherLease() throws Exception {
        assertNoFlippedBitBecomesALease(5);
    }

    private void assertNoFlippedBitBecomesALease(int step) throws Exception {
        try (LeaseStore store = SqliteLeaseStore.open(file())) {
            store.commit(LeaseStoreContract.puts(List.of(GWAIHIR, LANDROVAL)), BOOT);
        }
        byte[] sound = Files.readAllBytes(file());
        List<Recorded> committed = List.of(new Recorded(GWAIHIR, BOOT), new Recorded(LANDROVAL, BOOT));
        List<Integer> wrong = new ArrayList<>();
        for (int bit = 0, written = 0; bit < sound.length * 8; bit++) {
            // Most of a small store is empty space.
            boolean said = sound[bit / 8] != 0 || bit % 8009 == 0;
            if (!said || written++ % step != 0) {
                continue;
            }
            byte[] flipped = sound.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            removeAll();
            Files.write(file(), flipped);
            try (LeaseStore store = SqliteLeaseStore.open(file())) {
                List<Recorded> loaded = new ArrayList<>();
                store.load(loaded::add);
                if (!committed.containsAll(loaded)) {
                    wrong.add(bit);
                }
            } catch (StoreException e) {
                // A newer schema number, say: nothing is granted either.
                assertThat(e).hasMessageContaining(file().toString());
            }
        }
        assertThat(wrong).isEmpty();
    }

    private void removeAll() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path path : files.toList()) {
                Files.delete(path);
            }
        }
    }
}
