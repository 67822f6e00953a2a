package org.scpbeforerelay.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.bench.LookupLoad.Round;
import org.scpbeforerelay.rig.FreePorts;

/**
 * How many questions a second the listener answers, and how fast, beside the echo server: for every protocol, through TCP and a unix
 * socket, over 1, 16 and 100 connections. Listener and echo server are asked in turns; ratios are taken within a turn, and
 * their median counts, so that whatever else the machine does meanwhile touches both.
 */
final class LookupBenchmark implements Bench.Benchmark {
    private static final int LEASES = 100_000;
    private static final int QUESTIONS = 1000;
    private static final int[] CONNECTIONS = {1, 16, 100};
    private static final long ROUND_MS = 400;
    private static final long WARM_UP_MS = 4_000;
    private static final double RATE_MIN = 0.8;
    private static final double P99_MAX = 2.0;

    @Override
    public String summary() {
        return "questions answered per second, p50 and p99, beside a minimal echo server";
    }

    /** The address of the lease with this number. */
    static ClientAddress leased(int number) {
        return ClientAddress.ofIpv4(0x0b000001 + number * 7);
    }

    @Override
    public Report run(Bench.Options options) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("sbr-bench");
        Report report =
                new Report("lookups: " + LEASES + " leases, median of " + options.rounds() + " pairs of " + ROUND_MS
                        + " ms; bars at 16 and 100 connections: rate at least " + RATE_MIN
                        + " of the echo server's, p99 within "
                        + P99_MAX + " of it");
        int port = FreePorts.any();
        int echoPort = FreePorts.any();
        try (ServerProcess ours = ServerProcess.start(
                        LookupServer.class,
                        Integer.toString(port),
                        folder.resolve("policy").toString(),
                        Integer.toString(LEASES));
                ServerProcess echo = ServerProcess.start(
                        EchoServer.class,
                        Integer.toString(echoPort),
                        folder.resolve("echo").toString())) {
            for (Protocol protocol : Protocol.values()) {
                for (boolean unix : new boolean[] {true, false}) {
                    SocketAddress ourDoor = unix ? UnixDomainSocketAddress.of(folder.resolve("policy")) : tcp(port);
                    SocketAddress echoDoor = unix ? UnixDomainSocketAddress.of(folder.resolve("echo")) : tcp(echoPort);
                    for (int connections : CONNECTIONS) {
                        String name =
                                protocol.name().toLowerCase(Locale.ROOT) + (unix ? " unix " : " tcp ") + connections;
                        if (!name.contains(options.only())) {
                            continue;
                        }
                        Pair pair = new Pair(protocol, ours, ourDoor, echo, echoDoor, connections);
                        pair.measure(options.rounds());
                        pair.report(report, unix ? "unix" : "tcp");
                    }
                }
            }
        } finally {
            new TemporaryFolder(folder).close();
        }
        return report;
    }

    /** Listener and echo server under the same load, in turns. */
    private static final class Pair {
        private final Protocol protocol;
        private final Side ours;
        private final Side echo;
        private final int connections;

        Pair(
                Protocol protocol,
                ServerProcess ours,
                SocketAddress ourDoor,
                ServerProcess echo,
                SocketAddress echoDoor,
                int connections) {
            this.protocol = protocol;
            this.ours = new Side(ours, ourDoor);
            this.echo = new Side(echo, echoDoor);
            this.connections = connections;
        }

        void measure(int rounds) throws IOException {
            ByteBuffer[] requests = requests(protocol);
            int answerLength = protocol.answer().length();
            try (LookupLoad ourLoad = new LookupLoad(ours.door, connections, requests, request -> answerLength);
                    LookupLoad echoLoad = new LookupLoad(echo.door, connections, requests, ByteBuffer::limit)) {
                ourLoad.run(WARM_UP_MS);
                echoLoad.run(WARM_UP_MS);
                for (int i = 0; i < rounds; i++) {
                    if (i % 2 == 0) {
                        ours.round(ourLoad);
                        echo.round(echoLoad);
                    } else {
                        echo.round(echoLoad);
                        ours.round(ourLoad);
                    }
                }
            }
        }

        void report(Report report, String door) {
            double rate = ratio(Round::perSecond);
            double p99 = ratio(Round::p99Us);
            Report.Row row = report.row()
                    .with("protocol", protocol.name().toLowerCase(Locale.ROOT))
                    .with("door", door)
                    .with("conn", connections)
                    .with("per s", ours.median(Round::perSecond))
                    .with("echo/s", echo.median(Round::perSecond))
                    .with("ratio", rate)
                    .with("p50 us", ours.median(Round::p50Us))
                    .with("p99 us", ours.median(Round::p99Us))
                    .with("echo p99", echo.median(Round::p99Us))
                    .with("p99 ratio", p99)
                    .with("cpu us", ours.cpuUsEach())
                    .with("echo cpu", echo.cpuUsEach());
            if (connections > 1) {
                row.bar("rate", rate >= RATE_MIN).bar("p99", p99 <= P99_MAX);
            } else {
                row.with("rate", "-").with("p99", "-");
            }
        }

        private double ratio(ToDoubleFunction<Round> figure) {
            double[] ratios = new double[ours.rounds.size()];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = figure.applyAsDouble(ours.rounds.get(i)) / figure.applyAsDouble(echo.rounds.get(i));
            }
            return Figures.medianOf(ratios);
        }
    }

    private static final class Side {
        private final ServerProcess server;
        private final SocketAddress door;
        private final List<Round> rounds = new ArrayList<>();
        private double cpuUs;

        Side(ServerProcess server, SocketAddress door) {
            this.server = server;
            this.door = door;
        }

        void round(LookupLoad load) throws IOException {
            double before = ProcessFigures.cpuUs(server.pid());
            rounds.add(load.run(ROUND_MS));
            cpuUs += ProcessFigures.cpuUs(server.pid()) - before;
        }

        double median(ToDoubleFunction<Round> figure) {
            return Figures.medianOf(rounds.stream().mapToDouble(figure).toArray());
        }

        double cpuUsEach() {
            return cpuUs / rounds.stream().mapToLong(Round::answered).sum();
        }
    }

    private static ByteBuffer[] requests(Protocol protocol) {
        ByteBuffer[] requests = new ByteBuffer[QUESTIONS];
        for (int i = 0; i < QUESTIONS; i++) {
            byte[] bytes = protocol.request(leased(i * 97), i).getBytes(StandardCharsets.US_ASCII);
            requests[i] = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        }
        return requests;
    }

    private static InetSocketAddress tcp(int port) {
        return new InetSocketAddress("127.0.0.1", port);
    }
}
