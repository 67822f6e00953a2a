package org.scpbeforerelay.fault;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each part of a pool is killed, frozen, emptied or cut off in a storm of announcements; see {@link HistoryChecker}. */
@Tag("e2e")
final class FaultMatrixTest {
    @ParameterizedTest
    @EnumSource
    void allIsWellBeforeDuringAndAfter(Fault fault) throws Exception {
        try (FaultPool pool = new FaultPool(7)) {
            pool.storm();
            pool.pass(100);
            fault.strike(pool);
            pool.settle();
        }
    }
}
