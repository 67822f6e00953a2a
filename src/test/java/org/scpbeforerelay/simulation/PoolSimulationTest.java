package org.scpbeforerelay.simulation;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.store.StoreException;

final class PoolSimulationTest {
    // What is told of a lost engine is told some thousand times here. The logger is held, or it would be made anew.
    private static final Logger TOLD = Logger.getLogger("org.scpbeforerelay.store.shared");

    @BeforeAll
    static void hush() {
        TOLD.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        TOLD.setLevel(null);
    }

    @Test
    void threeHostsAgreeAndNeverPermitTooMuchInHundredsOfRuns() throws StoreException {
        simulate(400);
    }

    @Test
    @Tag("long")
    void threeHostsAgreeAndNeverPermitTooMuchInManyThousandRuns() throws StoreException {
        simulate(40_000);
    }

    private static void simulate(int runs) throws StoreException {
        Long one = Long.getLong("simulation.seed");
        if (one != null) {
            new PoolSimulation(one).run();
            return;
        }
        long first = 5_000;
        for (long seed = first; seed < first + Integer.getInteger("simulation.runs", runs); seed++) {
            new PoolSimulation(seed).run();
        }
    }
}
