package org.scpbeforerelay.rig;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers that cannot say which one they took. */
public final class FreePorts {
    /** Below what Linux gives to clients and to port 0 (ip(7), ip_local_port_range): nobody gets it by chance meanwhile. */
    private static final int FIRST = 20_000;

    private static final int END = 32_000;
    private static final int TRIES_MAX = 1_000;

    private FreePorts() {}

    /** A port of 127.0.0.1 that nobody listens on. */
    public static int any() {
        for (int i = 0; i < TRIES_MAX; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Somebody has it: another one.
            }
        }
        throw new IllegalStateException("no free port of 127.0.0.1 between " + FIRST + " and " + END);
    }
}
