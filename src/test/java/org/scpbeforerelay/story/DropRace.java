package org.scpbeforerelay.story;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.scpbeforerelay.rig.Host;

/**
 * gwaihir's cron jobs and its changing address against the daemon: two jobs copy without end, the address changes at random
 * moments, and somebody asks all the time who may relay.
 */
final class DropRace {
    /** How long after gwaihir has left an address a copy that was under way may still announce it: two copies in a row. */
    private static final long UNDER_WAY_MS = 15_000;

    private static final long PATIENCE_MS = 30_000;

    private final Host gwaihir;
    private final Host shadowfax;
    private final HintsClient hint;
    private final Random random;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Map<String, Long> leftAt = new ConcurrentHashMap<>();
    private final List<Long> latenciesMs = new ArrayList<>();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong copies = new AtomicLong();
    private final AtomicLong failedCopies = new AtomicLong();
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private volatile String current;
    private String former = "203.0.113.254";

    DropRace(Host gwaihir, Host shadowfax, HintsClient hint, long seed) {
        this.gwaihir = gwaihir;
        this.shadowfax = shadowfax;
        this.hint = hint;
        this.random = new Random(seed);
        this.current = gwaihir.v4();
    }

    /** What came of it. */
    record Outcome(
            List<String> wrong,
            int changes,
            long lost,
            long asked,
            long copies,
            long failedCopies,
            List<Long> latencies) {
        @Override
        public String toString() {
            List<Long> sorted = latencies.stream().sorted().toList();
            return changes + " changes, " + copies + " copies (" + failedCopies + " failed), " + asked
                    + " questions; wrong "
                    + wrong.size() + " " + wrong.stream().distinct().limit(3).toList() + ", lost " + lost
                    + "; from the change to the relay: median "
                    + sorted.get(sorted.size() / 2) + " ms, longest " + sorted.getLast() + " ms";
        }
    }

    Outcome run(int changes) throws Exception {
        ExecutorService others = Executors.newFixedThreadPool(3);
        List<Future<?>> running = new ArrayList<>();
        long lost = 0;
        try (Asking asking = new Asking()) {
            running.add(others.submit(this::copyWithoutEnd));
            running.add(others.submit(this::copyWithoutEnd));
            running.add(others.submit(this::askWithoutEnd));
            for (int i = 0; i < changes; i++) {
                pause(random.nextInt(400));
                change();
                lost += awaitRelay(asking) ? 0 : 1;
            }
        } finally {
            over.countDown();
            others.shutdown();
        }
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
        return new Outcome(
                List.copyOf(wrong), changes, lost, asked.get(), copies.get(), failedCopies.get(), latenciesMs);
    }

    private void change() {
        String next;
        do {
            next = (random.nextBoolean() ? "198.51.100." : "203.0.113.") + (100 + random.nextInt(150));
        } while (next.equals(current) || next.equals(former));
        former = current;
        // At each moment an address is the current one, or it is known when it was left.
        leftAt.put(former, nowMs());
        current = next;
        leftAt.remove(next);
        gwaihir.setAddress(next);
        leftAt.put(former, nowMs());
    }

    private boolean awaitRelay(Asking asking) throws IOException {
        long fromMs = nowMs();
        while (nowMs() < fromMs + PATIENCE_MS) {
            if (asking.permits(current)) {
                latenciesMs.add(nowMs() - fromMs);
                return true;
            }
            pause(2);
        }
        return false;
    }

    private void copyWithoutEnd() {
        while (over.getCount() > 0) {
            if (hint.sendIp().succeeded()) {
                copies.incrementAndGet();
            } else {
                failedCopies.incrementAndGet(); // between two addresses there is none to send
            }
            pause(50);
        }
    }

    private void askWithoutEnd() {
        Random dice = new Random(7);
        try (Asking asking = new Asking()) {
            while (over.getCount() > 0) {
                String address = (dice.nextBoolean() ? "198.51." : "203.0.")
                        + (dice.nextBoolean() ? "100." : "113.")
                        + (1 + dice.nextInt(254));
                Long left = leftAt.get(address);
                boolean heldLately = address.equals(current) || left != null && nowMs() < left + UNDER_WAY_MS;
                // Held lately is asked before the answer, and again after it: the address may just have become ours.
                if (asking.permits(address)
                        && !heldLately
                        && !address.equals(current)
                        && !leftAt.containsKey(address)) {
                    wrong.add(address + " relays and was never announced");
                } else if (left != null
                        && nowMs() > left + UNDER_WAY_MS
                        && !address.equals(current)
                        && left.equals(leftAt.get(address))
                        && asking.permits(address)) {
                    wrong.add(address + " still relays " + (nowMs() - left) + " ms after it was left");
                }
                if (asked.incrementAndGet() % 100 == 0) {
                    pause(1); // leaves the machine to the others now and then
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void pause(long ms) {
        try {
            if (ms > 0 && over.await(ms, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    /** A connection of tcp_table(5) to the daemon. */
    private final class Asking implements AutoCloseable {
        private final Socket socket;
        private final OutputStream out;
        private final BufferedReader in;

        Asking() {
            try {
                socket = shadowfax.inside(() -> {
                    Socket made = new Socket();
                    made.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 10040), 5_000);
                    return made;
                });
                socket.setTcpNoDelay(true);
                out = socket.getOutputStream();
                in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        boolean permits(String address) throws IOException {
            out.write(("get " + address + "\n").getBytes(StandardCharsets.US_ASCII));
            String answer = in.readLine();
            if (answer == null) {
                throw new IOException("the daemon closed the connection");
            }
            return answer.startsWith("200 ");
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
