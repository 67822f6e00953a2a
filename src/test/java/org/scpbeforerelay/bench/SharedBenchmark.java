package org.scpbeforerelay.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.pool.PoolHost;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.LogWords;
import org.scpbeforerelay.store.shared.redis.RedisEngine;

/**
 * Hosts that share one lease book on Redis, driven below SSH: until an announcement at one is a permit at another, until a new host has
 * all leases, and what renewals cost the engine.
 */
final class SharedBenchmark implements Bench.Benchmark {
    private static final int RATE = 5_000;
    private static final double MEDIAN_MS_MAX = 50;
    private static final double P99_MS_MAX = 250;
    private static final double BOOT_MS_MAX = 10_000;

    /** Ten million leases of 20 minutes, renewed every 4: each is written every 8 (a renewal is spared while 60 % is left). */
    private static final double WRITTEN_RATE = 10_000_000 / 480.0;

    /** So often is a lease in a log of 45 minutes that is renewed so. */
    private static final int WORDS_OF_A_WINDOW = 6;

    /** So many leases have a bar; more are measured without. */
    private static final int BARRED_LEASES = 1_000_000;

    private static final long ARRIVAL_LIMIT_NS = 60_000_000_000L;

    @Override
    public String summary() {
        return "hosts on one Redis: propagation, a new host's start, what renewals cost (--only propagation|boot|renewals)";
    }

    @Override
    public Report run(Bench.Options options) throws IOException, InterruptedException {
        Report report = new Report("shared: hosts on one Redis with an append-only file, below SSH; bars: " + RATE
                + " announcements/s permitted elsewhere within " + MEDIAN_MS_MAX + " ms (median) and " + P99_MS_MAX
                + " ms (p99); 1M leases at a new host within " + BOOT_MS_MAX
                + " ms; words of 10M leases with less than one core of Redis");
        if ("propagation".contains(options.only())) {
            propagation(report, 20);
        }
        if ("boot".contains(options.only())) {
            boot(report, BARRED_LEASES, 1);
        }
        if ("renewals".contains(options.only())) {
            renewals(report, 30);
        }
        if (options.only().equals("long renewals")) {
            longRenewals(report, 10_000_000, 480);
        }
        if (options.only().equals("boot 10M")) {
            boot(report, 10_000_000, 1);
        }
        if (options.only().equals("boot renewed")) {
            boot(report, BARRED_LEASES, WORDS_OF_A_WINDOW);
        }
        return report;
    }

    /** Two hosts hear what one is told; the three are threads of one process, so that one clock times all. */
    private static void propagation(Report report, int seconds) throws IOException, InterruptedException {
        try (BenchPool pool = new BenchPool(3, RATE * 10)) {
            int warmUp = RATE * 10;
            new PacedAnnouncements(pool.host(0), warmUp).run(0, warmUp, RATE);
            int count = RATE * seconds;
            PacedAnnouncements announcements = new PacedAnnouncements(pool.host(0), count);
            long[] seenNs = new long[count];
            Thread watcher = Thread.ofPlatform().start(() -> watch(pool.host(1), warmUp, seenNs));
            double cpuBefore = ProcessFigures.cpuUs(pool.redis().pid());
            long beginNs = System.nanoTime();
            double reached = announcements.run(warmUp, warmUp, RATE);
            double redisCores =
                    (ProcessFigures.cpuUs(pool.redis().pid()) - cpuBefore) / ((System.nanoTime() - beginNs) / 1e3);
            watcher.join();
            double[] ms = new double[count];
            double[] afterAnswerMs = new double[count];
            int missing = 0;
            for (int i = 0; i < count; i++) {
                missing += seenNs[i] == 0 ? 1 : 0;
                ms[i] = (seenNs[i] - announcements.beganNs[i]) / 1e6;
                afterAnswerMs[i] = Math.max(0, seenNs[i] - announcements.answeredNs[i]) / 1e6;
            }
            Arrays.sort(ms);
            Arrays.sort(afterAnswerMs);
            report.row()
                    .with("what", "propagation")
                    .with("per s", reached)
                    .with("count", count)
                    .with("missing", missing)
                    .with("median ms", ms[count / 2])
                    .with("p99 ms", ms[(int) (count * 0.99)])
                    .with("most ms", ms[count - 1])
                    .with("p99 after answer", afterAnswerMs[(int) (count * 0.99)])
                    .with("redis cores", redisCores)
                    .bar(
                            "bar",
                            missing == 0
                                    && reached >= RATE * 0.99
                                    && ms[count / 2] <= MEDIAN_MS_MAX
                                    && ms[(int) (count * 0.99)] <= P99_MS_MAX);
        }
    }

    /** When each announcement was first seen to be permitted, to the millisecond; they come in their order. */
    private static void watch(PoolHost host, int first, long[] seenNs) {
        long giveUpNs = System.nanoTime() + ARRIVAL_LIMIT_NS;
        for (int i = 0; i < seenNs.length && System.nanoTime() < giveUpNs; i++) {
            ClientAddress address = BenchPool.address(first + i);
            while (!host.permits(address) && System.nanoTime() < giveUpNs) {
                LockSupport.parkNanos(500_000);
            }
            seenNs[i] = host.permits(address) ? System.nanoTime() : 0;
        }
    }

    /** With the flags that users have, and with those that docs/many-hosts.md has for so many leases: these have the bar. */
    private static void boot(Report report, int leases, int times) throws IOException {
        try (BenchPool pool = new BenchPool(0, 0)) {
            fill(pool, leases, times);
            for (List<String> options : List.of(List.<String>of(), roomFor(leases))) {
                if (options.isEmpty() && leases > BARRED_LEASES) {
                    continue; // a quarter of this machine may not hold them
                }
                long beginNs = System.nanoTime();
                try (ServerProcess late = late(pool, options, leases)) {
                    double ms = (System.nanoTime() - beginNs) / 1e6;
                    Report.Row row = report.row()
                            .with("what", "boot " + leases + (times > 1 ? ", " + times + " words each" : ""))
                            .with("flags", options.isEmpty() ? "-" : String.join(" ", options))
                            .with("ready ms", ms)
                            .with("host MiB", ProcessFigures.residentMiB(late.pid()))
                            .with("redis MiB", pool.redisMiB());
                    if (!options.isEmpty() && leases == BARRED_LEASES) {
                        row.bar("bar", ms <= BOOT_MS_MAX);
                    }
                }
            }
        }
    }

    /** As the manual has it: half a kilobyte for each lease, and for ten million a collector that does not stop all to clear its heap. */
    private static List<String> roomFor(int leases) {
        return leases == BARRED_LEASES
                ? List.of("-Xms512m", "-Xmn64m")
                : List.of("-Xms5120m", "-Xmx7680m", "-Xmn64m", "-XX:-UseSerialGC", "-XX:+UseG1GC");
    }

    private static void fill(BenchPool pool, int leases, int times) throws IOException {
        try {
            LogWords.fill(
                    new RedisEngine(BenchPool.address(pool.redis())),
                    leases,
                    times,
                    i -> BenchPool.device(BenchPool.turn(i, leases)),
                    BenchPool::address);
        } catch (EngineException e) {
            throw new IOException(e);
        }
    }

    /** So many leases renewed at the rate of ten million; a host that has them all follows. */
    private static void longRenewals(Report report, int leases, int seconds) throws IOException, InterruptedException {
        try (BenchPool pool = new BenchPool(0, 0)) {
            fill(pool, leases, 1);
            try (ServerProcess host = late(pool, roomFor(leases), leases)) {
                new RenewedPool(pool, leases, WRITTEN_RATE).run(report, host, seconds);
            }
        }
    }

    private static ServerProcess late(BenchPool pool, List<String> options, int leases) throws IOException {
        return ServerProcess.start(
                options,
                PoolNode.class,
                pool.newFolder("late" + options.size()).toString(),
                Integer.toString(pool.redis().port()),
                Integer.toString(leases));
    }

    /** Words at the rate of ten million leases, of half a million devices: what is written of a renewal is what is written of a change. */
    private static void renewals(Report report, int seconds) throws IOException, InterruptedException {
        int devices = 500_000;
        try (BenchPool pool = new BenchPool(2, devices)) {
            new PacedAnnouncements(pool.host(0), devices).run(0, devices, 1e9);
            double redisBefore = ProcessFigures.cpuUs(pool.redis().pid());
            double hostsBefore = ProcessFigures.cpuUs(ProcessHandle.current().pid());
            long beginNs = System.nanoTime();
            double reached = new PacedAnnouncements(pool.host(0), (int) (WRITTEN_RATE * seconds))
                    .run(devices, devices, WRITTEN_RATE);
            double wallUs = (System.nanoTime() - beginNs) / 1e3;
            double cores = (ProcessFigures.cpuUs(pool.redis().pid()) - redisBefore) / wallUs;
            report.row()
                    .with("what", "renewals")
                    .with("per s", reached)
                    .with("redis cores", cores)
                    .with("redis cores at 10M", cores * WRITTEN_RATE / reached)
                    .with(
                            "host cores each",
                            (ProcessFigures.cpuUs(ProcessHandle.current().pid()) - hostsBefore) / wallUs / 2)
                    .with("redis MiB", pool.redisMiB())
                    .bar("bar", cores * WRITTEN_RATE / reached < 1);
        }
    }
}
