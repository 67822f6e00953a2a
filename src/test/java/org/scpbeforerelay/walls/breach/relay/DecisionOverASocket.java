package org.scpbeforerelay.walls.breach.relay;

import java.net.Socket;

/** Breach: the core opens sockets. */
public final class DecisionOverASocket {
    public boolean isConnected(Socket socket) {
        return socket.isConnected();
    }
}
