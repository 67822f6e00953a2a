package org.scpbeforerelay.fault;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Faults at random, one after another in the same pool; {@code -Dfault.seed} and {@code -Dfault.minutes}, 5 unless said. */
@Tag("long")
final class FaultStormTest {
    @Test
    void allIsWellThroughFaultsAtRandom() throws Exception {
        long seed = Long.getLong("fault.seed", 2001);
        long end = System.nanoTime() + Long.getLong("fault.minutes", 5) * 60_000_000_000L;
        Random random = new Random(seed);
        List<Fault> faults = List.of(Fault.values());
        try (FaultPool pool = new FaultPool(seed)) {
            for (int round = 1; System.nanoTime() < end; round++) {
                Fault fault = faults.get(random.nextInt(faults.size()));
                try {
                    pool.storm();
                    pool.pass(30 + random.nextInt(100));
                    fault.strike(pool);
                    pool.settle();
                } catch (Exception | AssertionError e) {
                    throw new AssertionError(
                            "round " + round + " of seed " + seed + ", " + fault + ": " + e.getMessage(), e);
                }
            }
        }
    }
}
