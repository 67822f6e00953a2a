package org.scpbeforerelay.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** How long the launcher takes: until the daemon is ready, with an empty store and a full one, and until a command has answered. */
final class StartBenchmark implements Bench.Benchmark {
    private static final double READY_MS_MAX = 1000;
    private static final int LEASES = 100_000;

    @Override
    public String summary() {
        return "start of the daemon until it is ready, and of a command until it has answered";
    }

    @Override
    public Report run(Bench.Options options) throws IOException, InterruptedException {
        int rounds = options.rounds();
        Report report = new Report("start: by the launcher, " + rounds + " times each; bar: serve ready in under "
                + (int) READY_MS_MAX + " ms (median, empty store)");
        for (int leases : new int[] {0, LEASES}) {
            String name = "serve, " + leases + " leases";
            if (name.contains(options.only())) {
                double[] ms = serve(leases, rounds);
                Report.Row row = row(report, name, ms);
                if (leases == 0) {
                    row.bar("ready", Figures.medianOf(ms) < READY_MS_MAX);
                }
            }
        }
        for (String argument : List.of("--help", "version")) {
            if (argument.contains(options.only())) {
                row(report, argument, command(argument, rounds));
            }
        }
        return report;
    }

    private static Report.Row row(Report report, String what, double[] ms) {
        return report.row()
                .with("what", what)
                .with("median ms", Figures.medianOf(ms))
                .with("least ms", Arrays.stream(ms).min().orElse(0))
                .with("most ms", Arrays.stream(ms).max().orElse(0));
    }

    private static double[] serve(int leases, int rounds) throws IOException {
        double[] ms = new double[rounds];
        try (TemporaryFolder state = TemporaryFolder.make()) {
            SeededState.make(state.path(), leases);
            ServedDaemon.start(state.path()).close(); // the first start makes host keys
            for (int i = 0; i < rounds; i++) {
                try (ServedDaemon daemon = ServedDaemon.start(state.path(), leases)) {
                    ms[i] = daemon.readyMs();
                }
            }
        }
        return ms;
    }

    private static double[] command(String argument, int rounds) throws IOException, InterruptedException {
        double[] ms = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long beginNs = System.nanoTime();
            Process process = new ProcessBuilder(ServedDaemon.launcher().toString(), argument)
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            if (process.waitFor() != 0) {
                throw new IOException("'" + argument + "' failed");
            }
            ms[i] = (System.nanoTime() - beginNs) / 1e6;
        }
        return ms;
    }
}
