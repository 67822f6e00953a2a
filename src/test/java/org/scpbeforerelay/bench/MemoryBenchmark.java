package org.scpbeforerelay.bench;

import java.io.IOException;

/** How much memory the daemon has resident with so many leases, some seconds after its start. */
final class MemoryBenchmark implements Bench.Benchmark {
    private static final int[] LEASES = {0, 100_000, 1_000_000};
    private static final int BAR_LEASES = 100_000;
    private static final double RESIDENT_MIB_MAX = 128;

    /** Longer than the JVM waits before it gives native memory back (TrimNativeHeapInterval). */
    private static final long SETTLING_MS = 9_000;

    @Override
    public String summary() {
        return "resident memory of the daemon with 0, 100,000 and 1,000,000 leases";
    }

    @Override
    public Report run(Bench.Options options) throws IOException, InterruptedException {
        Report report =
                new Report("memory: serve on a store of so many leases (of 1000 users), resident when ready and "
                        + SETTLING_MS / 1000 + " s later; bar: under " + (int) RESIDENT_MIB_MAX + " MiB with "
                        + BAR_LEASES);
        for (int leases : LEASES) {
            if (!("leases " + leases).endsWith(options.only())) {
                continue;
            }
            try (TemporaryFolder state = TemporaryFolder.make()) {
                SeededState.make(state.path(), leases);
                try (ServedDaemon daemon = ServedDaemon.start(state.path(), leases)) {
                    double ready = ProcessFigures.residentMiB(daemon.pid());
                    Thread.sleep(SETTLING_MS);
                    double settled = ProcessFigures.residentMiB(daemon.pid());
                    Report.Row row = report.row()
                            .with("leases", leases)
                            .with("ready ms", daemon.readyMs())
                            .with("MiB when ready", ready)
                            .with("MiB later", settled)
                            .with("MiB at most", ProcessFigures.mostResidentMiB(daemon.pid()));
                    if (leases == BAR_LEASES) {
                        row.bar("bar", settled < RESIDENT_MIB_MAX);
                    }
                }
            }
        }
        return report;
    }
}
