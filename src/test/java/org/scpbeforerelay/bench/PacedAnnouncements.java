package org.scpbeforerelay.bench;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.pool.PoolHost;

/** Announces at one host at a steady rate, without waiting for answers: as many as are on their way at once. */
final class PacedAnnouncements {
    /** So many that are not answered yet mean that the host does not keep up. */
    private static final int UNANSWERED_MAX = 20_000;

    private final PoolHost host;
    private final Semaphore room = new Semaphore(UNANSWERED_MAX);
    private final AtomicInteger notGranted = new AtomicInteger();
    final long[] beganNs;
    final long[] answeredNs;

    PacedAnnouncements(PoolHost host, int count) {
        this.host = host;
        this.beganNs = new long[count];
        this.answeredNs = new long[count];
    }

    /** Announces addresses {@code first}, {@code first} + 1, … of so many devices, each once before any again; how many a second it came to. */
    double run(int first, int devices, double perSecond) throws IOException, InterruptedException {
        long beginNs = System.nanoTime();
        for (int i = 0; i < beganNs.length; i++) {
            long due = beginNs + (long) (i * 1e9 / perSecond);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(500_000);
            }
            room.acquire();
            int number = i;
            beganNs[i] = System.nanoTime();
            host.announce(BenchPool.device(BenchPool.turn(i, devices)), BenchPool.address(first + i))
                    .whenComplete((verdict, defect) -> {
                        answeredNs[number] = System.nanoTime();
                        if (!(verdict instanceof Verdict.Granted granted)
                                || !granted.notes().isEmpty()) {
                            notGranted.incrementAndGet();
                        }
                        room.release();
                    });
        }
        room.acquire(UNANSWERED_MAX);
        double reached = beganNs.length * 1e9 / (System.nanoTime() - beginNs);
        if (notGranted.get() > 0) {
            throw new IOException(notGranted + " announcements were not granted for all hosts");
        }
        return reached;
    }
}
