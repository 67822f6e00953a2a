package org.scpbeforerelay.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.ObjectMapper;

/** The benchmarks' entry: {@code ./bench NAME… [--json FILE] [--rounds N] [--only TEXT]}. Exit status 1 when a bar is missed. */
public final class Bench {
    private static final Map<String, Benchmark> ALL = all();

    private Bench() {}

    /** One benchmark. */
    interface Benchmark {
        /** What it measures, in one line. */
        String summary();

        /** Measures. */
        Report run(Options options) throws IOException, InterruptedException;
    }

    /**
     * How to measure.
     *
     * @param rounds how often each pair is measured
     * @param only measure only what has this in its name: {@code policy unix 16}
     */
    record Options(int rounds, String only) {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        Path json = null;
        int rounds = 7;
        String only = "";
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--json" -> json = Path.of(valueOf(arguments, i++));
                case "--rounds" -> rounds = Math.max(1, Integer.parseInt(valueOf(arguments, i++)));
                case "--only" -> only = valueOf(arguments, i++);
                default -> names.add(known(arguments[i]));
            }
        }
        if (names.isEmpty()) {
            System.out.println("usage: ./bench NAME… [--json FILE] [--rounds N] [--only TEXT]\n");
            ALL.forEach((name, benchmark) -> System.out.printf("  %-10s %s%n", name, benchmark.summary()));
            return;
        }
        boolean held = true;
        Map<String, Object> results = new LinkedHashMap<>();
        for (String name : names) {
            Report report = Objects.requireNonNull(ALL.get(name)).run(new Options(rounds, only));
            System.out.println(report.table());
            results.put(name, report.rows());
            held &= report.held();
        }
        if (json != null) {
            Files.writeString(json, new ObjectMapper().writeValueAsString(results) + "\n");
        }
        System.exit(held ? 0 : 1);
    }

    private static Map<String, Benchmark> all() {
        Map<String, Benchmark> all = new LinkedHashMap<>();
        all.put("lookups", new LookupBenchmark());
        all.put("announce", new AnnounceBenchmark());
        all.put("start", new StartBenchmark());
        all.put("memory", new MemoryBenchmark());
        all.put("agent", new AgentBenchmark());
        all.put("logs", new LoginLogBenchmark());
        all.put("shared", new SharedBenchmark());
        return all;
    }

    private static String valueOf(String[] arguments, int at) {
        if (at + 1 == arguments.length) {
            throw new IllegalArgumentException(arguments[at] + " needs a value");
        }
        return arguments[at + 1];
    }

    private static String known(String name) {
        if (!ALL.containsKey(name)) {
            System.err.println(
                    "bench: there is no benchmark '" + name + "'; there are: " + String.join(", ", ALL.keySet()));
            System.exit(64);
        }
        return name;
    }
}
