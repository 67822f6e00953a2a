package org.scpbeforerelay.store.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.store.LeaseStoreContract;

final class BookOrderTest {
    @Test
    void theBooksOrderIsThatOfItsKeys() {
        Random random = new Random(5);
        List<Lease> leases = random.ints(2_000, 0, 100_000)
                .mapToObj(number -> LeaseStoreContract.lease(name(number, random), "203.0.113.1"))
                .toList();

        List<LeaseKey> sorted =
                BookOrder.sorted(leases).stream().map(Lease::key).toList();

        assertThat(sorted).hasSameSizeAs(leases).isSorted();
    }

    /** Names that begin alike, that are a beginning of each other, and that are longer than what is compared first. */
    private static String name(int number, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "u" + number + "/d" + number % 7;
            case 1 -> "u".repeat(1 + number % 20) + "/default";
            case 2 -> "user" + number % 5 + "-with-a-long-name-" + number % 11 + "/d";
            default -> "u-" + number % 3 + "/" + "d".repeat(1 + number % 20) + number % 13;
        };
    }
}
