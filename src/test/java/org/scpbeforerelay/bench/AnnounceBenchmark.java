package org.scpbeforerelay.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scpbeforerelay.rig.FreePorts;

/**
 * How many announcements a second the daemon takes, and what each costs it, beside the sshd of Debian's package: the same
 * client, a new connection and a copied file each time, the same key exchange and kind of host key, in turns.
 *
 * <p>On a machine of few processors the client, which does as much cryptography as the server, is what limits the rate; then
 * the servers' processor time is what can be compared. Both ratios are shown.
 */
final class AnnounceBenchmark implements Bench.Benchmark {
    private static final int CONCURRENT = 16;
    private static final long ROUND_MS = 2_000;
    private static final int WARM_UP_ROUNDS = 30;
    private static final double RATIO_MIN = 8;

    @Override
    public String summary() {
        return "announcements by scp per second and server CPU each, beside OpenSSH's sshd";
    }

    @Override
    public Report run(Bench.Options options) throws IOException, InterruptedException {
        Report report = new Report(
                "announce: scp over a new connection each, " + CONCURRENT
                        + " at once, medians of " + options.rounds() + " pairs of " + ROUND_MS / 1000
                        + " s; bar: at least " + (int) RATIO_MIN
                        + " times OpenSSH's deliveries, by rate or, where the client takes most of the processor, by server CPU each");
        try (TemporaryFolder ours = TemporaryFolder.make();
                TemporaryFolder theirs = TemporaryFolder.make();
                Load load = Load.start()) {
            ServedDaemon.settings(ours.path());
            Files.writeString(
                    ours.path().resolve("users/gerard.toml"), "devices = 64\nkeys = [\"" + load.key + "\"]\n");
            int port = FreePorts.any();
            try (ServedDaemon daemon = ServedDaemon.start(ours.path());
                    PlainOpenSsh sshd = PlainOpenSsh.start(theirs.path(), port, load.key)) {
                for (int i = 0; i < WARM_UP_ROUNDS; i++) {
                    load.round(daemon.ssh().getPort(), daemon.pid());
                }
                List<Round> ourRounds = new ArrayList<>();
                List<Round> theirRounds = new ArrayList<>();
                for (int i = 0; i < options.rounds(); i++) {
                    ourRounds.add(load.round(daemon.ssh().getPort(), daemon.pid()));
                    theirRounds.add(load.round(port, sshd.pid()));
                }
                report(report, ourRounds, theirRounds, ProcessFigures.residentMiB(daemon.pid()));
            }
        }
        return report;
    }

    private static void report(Report report, List<Round> ours, List<Round> theirs, double residentMiB) {
        row(report, "scp-before-relay", ours).with("server MiB", residentMiB);
        row(report, "OpenSSH sshd", theirs);
        double[] rates = new double[ours.size()];
        double[] costs = new double[ours.size()];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = ours.get(i).perSecond / theirs.get(i).perSecond;
            costs[i] = theirs.get(i).serverMs / ours.get(i).serverMs;
        }
        double rate = Figures.medianOf(rates);
        double cost = Figures.medianOf(costs);
        boolean clientIsTheLimit = median(ours, 2) > median(ours, 1);
        report.row()
                .with("server", "ratio")
                .with("per s", rate)
                .with("server CPU ms each", cost)
                .with("client CPU ms each", "")
                .with("server MiB", "")
                .bar("bar", rate >= RATIO_MIN || clientIsTheLimit && cost >= RATIO_MIN);
    }

    private static Report.Row row(Report report, String server, List<Round> rounds) {
        return report.row()
                .with("server", server)
                .with("per s", median(rounds, 0))
                .with("server CPU ms each", median(rounds, 1))
                .with("client CPU ms each", median(rounds, 2));
    }

    private static double median(List<Round> rounds, int which) {
        return Figures.medianOf(rounds.stream()
                .mapToDouble(round -> which == 0 ? round.perSecond : which == 1 ? round.serverMs : round.clientMs)
                .toArray());
    }

    /** What one round came to; processor time of one copy, in milliseconds. */
    private record Round(double perSecond, double serverMs, double clientMs) {}

    /** The process of the clients. */
    private static final class Load implements AutoCloseable {
        private final Process process;
        private final BufferedReader output;
        private final Writer input;
        private final String key;

        private Load(Process process) throws IOException {
            this.process = process;
            output = process.inputReader(StandardCharsets.UTF_8);
            input = process.outputWriter(StandardCharsets.UTF_8);
            key = hear("key ");
        }

        static Load start() throws IOException {
            return new Load(new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "@"
                                    + ServedDaemon.launcher()
                                            .resolveSibling("lib/jvm.options"), // the quick compiler is warm sooner
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            AnnounceLoad.class.getName()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }

        Round round(int port, long server) throws IOException {
            double serverUs = ProcessFigures.cpuUs(server);
            double clientUs = ProcessFigures.cpuUs(process.pid());
            input.write(port + " " + CONCURRENT + " " + ROUND_MS + "\n");
            input.flush();
            String[] done = hear("done ").split(" ");
            double copies = Double.parseDouble(done[0]);
            return new Round(
                    copies * 1e9 / Double.parseDouble(done[1]),
                    (ProcessFigures.cpuUs(server) - serverUs) / 1000 / copies,
                    (ProcessFigures.cpuUs(process.pid()) - clientUs) / 1000 / copies);
        }

        private String hear(String word) throws IOException {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(word)) {
                    return line.substring(word.length());
                }
            }
            throw new IOException("the clients' process ended");
        }

        @Override
        public void close() throws IOException {
            input.close();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
