package org.scpbeforerelay.source.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A TCP proxy of 127.0.0.1 that calls the endpoint from an address of its own and writes a header first, in the way that was asked for. */
final class Balancer implements AutoCloseable {
    /** How the header goes out. */
    enum Way {
        WHOLE,
        BYTE_BY_BYTE,
        WITH_THE_GREETING
    }

    private final ServerSocket door;
    private final InetAddress own;
    private final int port;
    private final byte[] header;
    private final Way way;

    Balancer(String own, int port, byte[] header, Way way) throws IOException {
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.own = InetAddress.getByName(own);
        this.port = port;
        this.header = header;
        this.way = way;
        background(this::serve);
    }

    /** Where clients call it. */
    int port() {
        return door.getLocalPort();
    }

    /** A header of version 1 for a client. */
    static byte[] line(String client) {
        String family = client.contains(":") ? "TCP6" : "TCP4";
        String own = client.contains(":") ? "::1" : "127.0.0.1";
        return ("PROXY " + family + " " + client + " " + own + " 56324 2222\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** A header of version 2 for a client, with a field that nobody needs. */
    static byte[] binary(String client) throws IOException {
        byte[] address = InetAddress.getByName(client).getAddress();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a21"));
        out.write(address.length == 4 ? 0x11 : 0x21);
        out.write(0);
        out.write(2 * address.length + 4 + 5);
        out.writeBytes(address);
        out.writeBytes(new byte[address.length]);
        out.writeBytes(HexFormat.of().parseHex("dc0408ae" + "0400020000"));
        return out.toByteArray();
    }

    /** A connection to the endpoint from this address, as a proxy makes one. */
    static Socket call(String from, int port) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private void serve() throws IOException {
        while (!door.isClosed()) {
            Socket client = door.accept();
            Socket server = call(own.getHostAddress(), port);
            background(() -> {
                begin(client.getInputStream(), server.getOutputStream());
                pump(client, server);
            });
            background(() -> pump(server, client));
        }
    }

    private void begin(InputStream client, OutputStream server) throws IOException {
        switch (way) {
            case WHOLE -> server.write(header);
            case BYTE_BY_BYTE -> {
                for (byte b : header) {
                    server.write(b); // each a segment of its own: nothing is held back
                }
            }
            case WITH_THE_GREETING -> {
                byte[] both = new byte[4096];
                System.arraycopy(header, 0, both, 0, header.length);
                int length = client.read(both, header.length, both.length - header.length);
                server.write(both, 0, header.length + Math.max(0, length));
            }
        }
    }

    private static void pump(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            from.setSoTimeout(0);
            from.getInputStream().transferTo(to.getOutputStream());
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Ends with its sockets. */
    private static void background(Work work) {
        Thread.ofVirtual().start(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // One of the two has hung up: so do we.
            }
        });
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
