package org.scpbeforerelay.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.function.ToIntFunction;

/**
 * Asks over a number of connections, on each the next question when the former is answered: one thread, as mail servers' processes
 * would together.
 */
final class LookupLoad implements AutoCloseable {
    private static final int SAMPLES_MAX = 1 << 20;

    private final Selector selector = Selector.open();
    private final ByteBuffer[] requests;
    private final ToIntFunction<ByteBuffer> answerLength;
    private final ByteBuffer input = ByteBuffer.allocateDirect(4096);
    private final long[] samplesNs = new long[SAMPLES_MAX];
    private int samples;
    private long answered;
    private int next;
    private boolean failed;

    private static final class Line {
        private final SocketChannel channel;
        private long askedNs;
        private int missing;

        Line(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /** What one round came to. */
    record Round(double perSecond, double p50Us, double p99Us, long answered) {}

    /** For a server that gives each request an answer of so many bytes. */
    LookupLoad(SocketAddress server, int connections, ByteBuffer[] requests, ToIntFunction<ByteBuffer> answerLength)
            throws IOException {
        this.requests = requests;
        this.answerLength = answerLength;
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(server);
            channel.configureBlocking(false);
            if (server instanceof InetSocketAddress) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            channel.register(selector, SelectionKey.OP_READ, new Line(channel));
        }
    }

    /** Asks for so long; every connection is quiet afterwards. */
    Round run(long durationMs) throws IOException {
        samples = 0;
        answered = 0;
        long beginNs = System.nanoTime();
        long endNs = beginNs + durationMs * 1_000_000;
        int open = 0;
        for (SelectionKey key : selector.keys()) {
            ask((Line) key.attachment());
            open++;
        }
        long[] now = {beginNs};
        int[] waiting = {open};
        while (waiting[0] > 0 && !failed) {
            selector.select(key -> {
                Line line = (Line) key.attachment();
                try {
                    if (hear(line)) {
                        now[0] = System.nanoTime();
                        sample(now[0] - line.askedNs);
                        if (now[0] < endNs) {
                            ask(line);
                        } else {
                            waiting[0]--;
                        }
                    }
                } catch (IOException e) {
                    failed = true;
                }
            });
        }
        if (failed) {
            throw new IOException("the server closed a connection, or gave another answer than expected");
        }
        Arrays.sort(samplesNs, 0, samples);
        return new Round(answered * 1e9 / (now[0] - beginNs), percentileUs(50), percentileUs(99), answered);
    }

    private void ask(Line line) throws IOException {
        ByteBuffer request = requests[next];
        next = next + 1 == requests.length ? 0 : next + 1;
        line.askedNs = System.nanoTime();
        line.missing = answerLength.applyAsInt(request);
        if (line.channel.write(request.rewind()) < request.limit()) {
            throw new IOException("a request did not fit into the socket");
        }
    }

    private boolean hear(Line line) throws IOException {
        input.clear();
        int count = line.channel.read(input);
        if (count < 0) {
            throw new IOException("closed");
        }
        line.missing -= count;
        if (line.missing < 0) {
            throw new IOException("another answer than expected");
        }
        return count > 0 && line.missing == 0;
    }

    private void sample(long ns) {
        answered++;
        if (samples < SAMPLES_MAX) {
            samplesNs[samples++] = ns;
        }
    }

    private double percentileUs(int percent) {
        return samples == 0 ? 0 : samplesNs[Math.min(samples - 1, (int) ((long) samples * percent / 100))] / 1000.0;
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
