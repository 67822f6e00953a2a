package org.scpbeforerelay.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.scpbeforerelay.source.login.follow.FileFollower;
import org.scpbeforerelay.source.login.follow.LineSink;
import org.scpbeforerelay.source.login.format.FormatException;
import org.scpbeforerelay.source.login.format.LineJudge;
import org.scpbeforerelay.source.login.format.LoginFormats;
import org.scpbeforerelay.source.login.format.LoginSighting;

/**
 * How many lines of a mail log one thread reads and judges, and what memory a backlog takes: a file of {@code --only} MiB (1024), the
 * lines of a busy host: Postfix mostly, one in ten Dovecot's, half of those logins.
 */
final class LoginLogBenchmark implements Bench.Benchmark {
    private static final double RATE_MIN = 100_000;
    private static final double GROWTH_MAX_MIB = 64;
    private static final long NOW_MS = 1_795_348_800_000L;

    @Override
    public String summary() {
        return "lines of mail log followed and judged per second by one thread; --only MIB: the backlog's size";
    }

    @Override
    public Report run(Bench.Options options) throws IOException, InterruptedException {
        long sizeMib = options.only().isEmpty() ? 1024 : Long.parseLong(options.only());
        Path folder = Files.createTempDirectory("sbr-bench");
        Path log = folder.resolve("mail.log");
        try {
            long lines = write(log, sizeMib << 20);
            Report report =
                    new Report("logs: a backlog of " + sizeMib + " MiB, " + lines + " lines, all formats; bars: "
                            + (long) RATE_MIN + " lines a second, heap within " + (long) GROWTH_MAX_MIB + " MiB");
            follow(folder, log, lines, report);
            return report;
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static void follow(Path folder, Path log, long lines, Report report)
            throws IOException, InterruptedException {
        LineJudge judge;
        try {
            judge = new LineJudge(LoginFormats.read(null).all(), ZoneOffset.UTC);
        } catch (FormatException e) {
            throw new IllegalStateException(e);
        }
        Files.writeString(folder.resolve("place"), "place 0 0 0 start\n");
        AtomicLong seen = new AtomicLong();
        AtomicLong logins = new AtomicLong();
        double heapMost = 0;
        LineSink<String> sink = new LineSink<>() {
            @Override
            public void take(String line) {
                seen.incrementAndGet();
                if (judge.judge(line, NOW_MS) instanceof LoginSighting.Login) {
                    logins.incrementAndGet();
                }
            }

            @Override
            public boolean settle() {
                return true;
            }
        };
        double before = heapAfterCollection();
        var threads = ManagementFactory.getThreadMXBean();
        long cpuFrom = threads.getCurrentThreadCpuTime();
        long from = System.nanoTime();
        try (FileFollower follower =
                new FileFollower(log, folder.resolve("place"), Long.MAX_VALUE / 4, sink, () -> NOW_MS, () -> false)) {
            long next = lines / 4;
            while (follower.poll()) {
                if (seen.get() > next) {
                    next += lines / 4;
                    heapMost = Math.max(heapMost, heapAfterCollection());
                }
            }
        }
        double seconds = (System.nanoTime() - from) / 1e9;
        double cpuSeconds = (threads.getCurrentThreadCpuTime() - cpuFrom) / 1e9;
        double growth = heapMost - before;
        report.row()
                .with("lines", seen.get())
                .with("logins", logins.get())
                .with("seconds", seconds)
                .with("lines/s", seen.get() / seconds)
                .with("lines/cpu s", seen.get() / cpuSeconds)
                .with("heap growth MiB", growth)
                .bar("rate", seen.get() / cpuSeconds >= RATE_MIN)
                .bar("memory", growth <= GROWTH_MAX_MIB)
                .bar("all read", seen.get() == lines);
    }

    private static double heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024.0 / 1024;
    }

    private static long write(Path log, long size) throws IOException {
        Random random = new Random(3);
        long written = 0;
        long lines = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log), 1 << 20)) {
            while (written < size) {
                byte[] line = line(random, lines).getBytes(StandardCharsets.US_ASCII);
                out.write(line);
                written += line.length;
                lines++;
            }
        }
        return lines;
    }

    private static String line(Random random, long number) {
        String front = "Nov 22 %02d:%02d:%02d mail "
                .formatted(number / 3_600_000 % 12, number / 60_000 % 60, number / 1000 % 60);
        String address = "203.0." + random.nextInt(256) + "." + random.nextInt(256);
        return front
                + switch ((int) (number % 20)) {
                    case 3 ->
                        "dovecot: imap-login: Login: user=<user" + random.nextInt(5000) + ">, method=PLAIN, rip="
                                + address + ", lip=192.0.2.1, mpid=4711, TLS, session=<abcdefgh>\n";
                    case 13 ->
                        "dovecot: imap(user" + random.nextInt(5000)
                                + ")<4711><abcdefgh>: Disconnected: Logged out in=64 out=900 deleted=0 expunged=0\n";
                    case 5, 6 -> "postfix/smtpd[4711]: connect from unknown[" + address + "]\n";
                    default ->
                        "postfix/smtp[4711]: 4F1C2A3B5D: to=<someone@example.net>, relay=mx.example.net[" + address
                                + "]:25, delay=0.5, delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as AB12CD34)\n";
                };
    }
}
