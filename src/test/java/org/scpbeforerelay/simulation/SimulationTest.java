package org.scpbeforerelay.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.LeaseStore.Recorded;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

final class SimulationTest {
    private static final int RUNS = 250;
    private static final int RUNS_ON_SQLITE = 8;
    private static final int RUNS_LONG = 40_000;
    private static final int RUNS_ON_SQLITE_LONG = 1_000;

    @TempDir
    Path folder;

    @Test
    void nothingGoesWrongInHundredsOfRuns() throws StoreException {
        simulate(RUNS, seed -> simulatedDisk());
    }

    @Test
    void nothingGoesWrongOnTheRealStore() throws StoreException {
        simulate(RUNS_ON_SQLITE, this::sqliteDisk);
    }

    @Test
    @Tag("long")
    void nothingGoesWrongInManyThousandRuns() throws StoreException {
        simulate(RUNS_LONG, seed -> simulatedDisk());
    }

    @Test
    @Tag("long")
    void nothingGoesWrongInManyRunsOnTheRealStore() throws StoreException {
        simulate(RUNS_ON_SQLITE_LONG, this::sqliteDisk);
    }

    // It would be found: each of these plants a defect, and the simulation must see it.

    @Test
    void itFindsAStoreThatAcknowledgesWithoutRecording() {
        assertFound(
                real -> new DefectiveStore(real) {
                    private int puts;

                    @Override
                    public void commit(List<LeaseChange> changes, String bootId) throws StoreException {
                        List<LeaseChange> kept = new ArrayList<>(changes);
                        kept.removeIf(change -> change instanceof LeaseChange.Put && ++puts % 20 == 0);
                        real.commit(kept, bootId);
                    }
                },
                clock -> clock);
    }

    @Test
    void itFindsAStoreThatForgetsRemovals() {
        assertFound(
                real -> new DefectiveStore(real) {
                    @Override
                    public void commit(List<LeaseChange> changes, String bootId) throws StoreException {
                        List<LeaseChange> kept = new ArrayList<>(changes);
                        kept.removeIf(LeaseChange.Remove.class::isInstance);
                        real.commit(kept, bootId);
                    }
                },
                clock -> clock);
    }

    @Test
    void itFindsAStoreThatRecordsHalfOfACommit() {
        assertFound(
                real -> new DefectiveStore(real) {
                    @Override
                    public void commit(List<LeaseChange> changes, String bootId) throws StoreException {
                        real.commit(changes.subList(0, (changes.size() + 1) / 2), bootId);
                    }
                },
                clock -> clock);
    }

    @Test
    void itFindsAClockThatHidesAReboot() {
        assertFound(real -> real, clock -> new Clock() {
            @Override
            public Moment now() {
                return clock.now();
            }

            @Override
            public String bootId() {
                return "always the same";
            }

            @Override
            public boolean isSynchronised() {
                return clock.isSynchronised();
            }
        });
    }

    @Test
    void itFindsAClockThatIsTakenForSynchronisedAfterAReboot() {
        assertFound(real -> real, clock -> new Clock() {
            @Override
            public Moment now() {
                return clock.now();
            }

            @Override
            public String bootId() {
                return clock.bootId();
            }

            @Override
            public boolean isSynchronised() {
                return true;
            }
        });
    }

    @Test
    void itFindsAMonotonicClockThatStandsStill() {
        assertFound(real -> real, clock -> new Clock() {
            @Override
            public Moment now() {
                return new Moment(clock.now().wallMs(), 5_000_000);
            }

            @Override
            public String bootId() {
                return clock.bootId();
            }

            @Override
            public boolean isSynchronised() {
                return clock.isSynchronised();
            }
        });
    }

    @Test
    void itFindsAWallClockThatIsNotAsked() {
        assertFound(real -> real, clock -> new Clock() {
            private final long offsetMs = clock.now().wallMs() - clock.now().monotonicMs();

            @Override
            public Moment now() {
                return new Moment(
                        clock.now().monotonicMs() + offsetMs, clock.now().monotonicMs());
            }

            @Override
            public String bootId() {
                return clock.bootId();
            }

            @Override
            public boolean isSynchronised() {
                return clock.isSynchronised();
            }
        });
    }

    @Test
    void aFailureNamesItsSeedAndTheSameSeedFailsTheSameWay() {
        UnaryOperator<LeaseStore> forgetful = real -> new DefectiveStore(real) {
            @Override
            public void commit(List<LeaseChange> changes, String bootId) {}
        };
        Throwable first = catchThrowable(() -> new Simulation(7, defective(forgetful)).run());
        Throwable again = catchThrowable(() -> new Simulation(7, defective(forgetful)).run());

        assertThat(first).hasMessageContainingAll("-Dsimulation.seed=7", "the last acts");
        assertThat(again).hasMessage(first.getMessage());
    }

    private interface DiskOfSeed {
        Simulation.Disk of(long seed);
    }

    private static void simulate(int runsAtMost, DiskOfSeed disk) throws StoreException {
        Long seed = Long.getLong("simulation.seed");
        if (seed != null) {
            new Simulation(seed, disk.of(seed)).run();
            return;
        }
        int runs = Integer.getInteger("simulation.runs", runsAtMost);
        long first = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            new Simulation(first + i, disk.of(first + i)).run();
        }
    }

    private static Simulation.Disk simulatedDisk() {
        Map<LeaseKey, Recorded> disk = new TreeMap<>();
        return () -> new SimulatedStore(disk);
    }

    private Simulation.Disk sqliteDisk(long seed) {
        Path file = folder.resolve("leases-" + seed + ".db");
        return () -> SqliteLeaseStore.open(file);
    }

    private static Simulation.Disk defective(UnaryOperator<LeaseStore> defect) {
        Map<LeaseKey, Recorded> disk = new TreeMap<>();
        LeaseStore planted = defect.apply(new SimulatedStore(disk));
        return () -> planted;
    }

    private static void assertFound(UnaryOperator<LeaseStore> defect, UnaryOperator<Clock> look) {
        Throwable found = null;
        for (long seed = 1; seed <= RUNS && found == null; seed++) {
            long one = seed;
            found = catchThrowable(() -> new Simulation(one, defective(defect), look).run());
        }
        assertThat(found).isInstanceOf(AssertionError.class).hasMessageContaining("simulation.seed");
    }

    /** A store with one planted defect. */
    private abstract static class DefectiveStore implements LeaseStore {
        private final LeaseStore real;

        DefectiveStore(LeaseStore real) {
            this.real = real;
        }

        @Override
        public void load(Consumer<Recorded> each) throws StoreException {
            real.load(each);
        }

        @Override
        public String describe() {
            return real.describe();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
