package org.scpbeforerelay.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.source.ssh.AnnouncingClient;

/**
 * The clients that announce, in a process of their own. Says {@code key LINE}, its public key, then takes {@code PORT
 * CONCURRENT MS} lines and answers each {@code done COPIES NANOSECONDS}. Ends with its standard input.
 */
final class AnnounceLoad {
    /** The exchange that OpenSSH's client of Debian 12 and its server agree on. */
    private static final String EXCHANGE = "sntrup761x25519-sha512@openssh.com";

    /** One for each server, kept: making one costs more than many copies. */
    private static final Map<Integer, AnnouncingClient> CLIENTS = new HashMap<>();

    private AnnounceLoad() {}

    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF); // a line for each host key would cost more than the copy
        KeyPair key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
        System.out.println("key " + AnnouncingClient.line(key));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ");
            System.out.println(
                    run(key, Integer.parseInt(words[0]), Integer.parseInt(words[1]), Long.parseLong(words[2])));
        }
        System.exit(0);
    }

    private static String run(KeyPair key, int port, int concurrent, long ms) throws Exception {
        AtomicInteger copies = new AtomicInteger();
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        long beginNs = System.nanoTime();
        long endNs = beginNs + ms * 1_000_000;
        AnnouncingClient client = CLIENTS.computeIfAbsent(
                port, server -> AnnouncingClient.by(EXCHANGE, new InetSocketAddress("127.0.0.1", server), key));
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < concurrent; i++) {
            String file = "d" + i + "-ip";
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    while (System.nanoTime() < endNs && failure.get() == null) {
                        copy(client, file);
                        copies.incrementAndGet();
                    }
                } catch (IOException | RuntimeException e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Exception failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        return "done " + copies + " " + (System.nanoTime() - beginNs);
    }

    private static void copy(AnnouncingClient client, String file) throws IOException {
        AnnouncingClient.Copy copy = client.scp("gerard", file, "127.0.0.1 0\n");
        if (copy.status() != 0) {
            throw new IOException("the copy failed: " + copy);
        }
    }
}
