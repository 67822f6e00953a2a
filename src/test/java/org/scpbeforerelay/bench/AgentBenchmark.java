package org.scpbeforerelay.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the client's agent takes of a host while no address changes. */
final class AgentBenchmark implements Bench.Benchmark {
    private static final double RESIDENT_MIB_MAX = 80;
    private static final double CPU_MS_MAX = 100;
    private static final int SETTLING_SECONDS = 5;
    private static final int SECONDS = 10;

    @Override
    public String summary() {
        return "memory and processor time of the client's agent while nothing changes";
    }

    @Override
    public Report run(Bench.Options options) throws IOException, InterruptedException {
        int rounds = options.rounds();
        Report report =
                new Report("agent: idle for " + SECONDS + " s, medians of " + rounds + " rounds; bar: less than "
                        + (int) RESIDENT_MIB_MAX + " MiB and " + (int) CPU_MS_MAX + " ms of a processor");
        try (TemporaryFolder folder = TemporaryFolder.make()) {
            Path key = folder.path().resolve("key");
            runToItsEnd("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
            Path state = Files.createDirectory(folder.path().resolve("state"));
            ServedDaemon.settings(state);
            Files.writeString(
                    state.resolve("users/gerard.toml"),
                    "keys = [\"" + Files.readString(Path.of(key + ".pub")).strip() + "\"]\n");
            double[] residentMiB = new double[rounds];
            double[] cpuMs = new double[rounds];
            try (ServedDaemon daemon = ServedDaemon.start(state)) {
                Process agent = start(daemon.ssh().getPort(), key, folder.path().resolve("known_hosts"));
                try {
                    TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
                    for (int i = 0; i < rounds; i++) {
                        double before = ProcessFigures.cpuUs(agent.pid());
                        TimeUnit.SECONDS.sleep(SECONDS);
                        cpuMs[i] = (ProcessFigures.cpuUs(agent.pid()) - before) / 1e3;
                        residentMiB[i] = ProcessFigures.residentMiB(agent.pid());
                    }
                } finally {
                    agent.destroy();
                    agent.waitFor();
                }
            }
            report.row()
                    .with("what", "idle")
                    .with("resident MiB", Figures.medianOf(residentMiB))
                    .with("cpu ms", Figures.medianOf(cpuMs))
                    .bar(
                            "bar",
                            Figures.medianOf(residentMiB) < RESIDENT_MIB_MAX && Figures.medianOf(cpuMs) < CPU_MS_MAX);
        }
        return report;
    }

    /** By the launcher, as a person does; returns when it has been granted something. */
    private static Process start(int port, Path key, Path knownHosts) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ServedDaemon.launcher().toString(),
                "announce",
                "gerard@127.0.0.1:" + port,
                "--identity",
                key.toString()));
        for (String option : List.of(
                "UserKnownHostsFile=" + knownHosts,
                "GlobalKnownHostsFile=/dev/null",
                "StrictHostKeyChecking=accept-new",
                "IdentitiesOnly=yes",
                "IdentityAgent=none")) {
            command.addAll(List.of("-o", option));
        }
        Process agent = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader output = agent.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.contains("granted")) {
                return agent;
            }
        }
        throw new IOException("the agent ended:\n" + said);
    }

    private static void runToItsEnd(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }
}
