package org.scpbeforerelay.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.LogWords;
import org.scpbeforerelay.store.shared.redis.RedisEngine;

/**
 * A pool whose clients renew their leases at full rate: four relay hosts are words in the log alone, as many in a frame as a host with so
 * many announcements records at once; a fifth, a process of its own, has all leases and follows.
 */
final class RenewedPool {
    private static final int WRITERS = 4;
    private static final long FRAME_EVERY_NS = 10_000_000;
    private static final int LAG_EVERY_SECONDS = 5;

    private final BenchPool pool;
    private final int leases;
    private final double perSecond;

    /** {@code perSecond}: words, of all hosts together. */
    RenewedPool(BenchPool pool, int leases, double perSecond) {
        this.pool = pool;
        this.leases = leases;
        this.perSecond = perSecond;
    }

    /** The log has all leases already, and {@code host} as well. */
    Report.Row run(Report report, ServerProcess host, int seconds) throws IOException, InterruptedException {
        double redisBefore = ProcessFigures.cpuUs(pool.redis().pid());
        double hostBefore = ProcessFigures.cpuUs(host.pid());
        long beginNs = System.nanoTime();
        double[] lagMs = new double[seconds / LAG_EVERY_SECONDS];
        long written = 0;
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                counts.add(writers.submit(writer(i, beginNs + seconds * 1_000_000_000L)));
            }
            for (int i = 0; i < lagMs.length; i++) {
                TimeUnit.SECONDS.sleep(LAG_EVERY_SECONDS);
                lagMs[i] = LogWords.lagMs(engine());
            }
            for (Future<Long> count : counts) {
                written += count.get();
            }
        } catch (EngineException | ExecutionException e) {
            throw new IOException(e);
        }
        double wallUs = (System.nanoTime() - beginNs) / 1e3;
        Arrays.sort(lagMs);
        double cores = (ProcessFigures.cpuUs(pool.redis().pid()) - redisBefore) / wallUs;
        double reached = written * 1e6 / wallUs;
        return report.row()
                .with("what", "renewals of " + leases)
                .with("seconds", seconds)
                .with("per s", reached)
                .with("redis cores", cores)
                .with("redis MiB", pool.redisMiB())
                .with("host cores", (ProcessFigures.cpuUs(host.pid()) - hostBefore) / wallUs)
                .with("host MiB", ProcessFigures.residentMiB(host.pid()))
                .with("lag ms", Figures.medianOf(lagMs))
                .with("most lag ms", lagMs[lagMs.length - 1])
                .bar("bar", cores < 1 && reached >= perSecond * 0.99);
    }

    /** Says its share of all renewals in turn, ten milliseconds' worth at a time; how many. */
    private Callable<Long> writer(int number, long endNs) {
        int portion = (int) Math.ceil(perSecond / WRITERS * FRAME_EVERY_NS / 1e9);
        long everyNs = (long) (portion * 1e9 / (perSecond / WRITERS));
        return () -> {
            long said = 0;
            try (LogWords.Writer writer = new LogWords.Writer(engine(), "writer" + number)) {
                for (long dueNs = System.nanoTime(); dueNs < endNs; dueNs += everyNs) {
                    while (System.nanoTime() < dueNs) {
                        LockSupport.parkNanos(500_000);
                    }
                    int first = (int) ((number * (long) leases / WRITERS + said) % (leases - portion));
                    writer.grant(
                            first,
                            first + portion,
                            i -> BenchPool.device(BenchPool.turn(i, leases)),
                            BenchPool::address,
                            System.currentTimeMillis());
                    said += portion;
                }
            }
            return said;
        };
    }

    private RedisEngine engine() {
        return new RedisEngine(BenchPool.address(pool.redis()));
    }
}
