package org.scpbeforerelay.source.ssh;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client before it has any key: it greets, then says what it likes, in packets as RFC 4253 section 6 has them before the first key exchange. */
public final class Stranger implements AutoCloseable {
    /** What {@link #hear} gives when the server has closed. */
    public static final int NOTHING = -1;

    private static final int PATIENCE_MS = 30_000;
    private static final int BLOCK = 8;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final DataOutputStream out;

    /** Calls from this address of the machine's own and greets; the server has greeted when this returns. */
    public Stranger(InetSocketAddress server, String from) throws IOException {
        socket.setReceiveBufferSize(4096);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MS);
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(server, PATIENCE_MS);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
        byte last;
        do {
            last = in.readByte();
        } while (last != '\n');
        out.write("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** One packet of this type. */
    static byte[] packet(int type, byte[] payload) {
        int padding = 2 * BLOCK - (4 + 1 + 1 + payload.length) % BLOCK;
        return ByteBuffer.allocate(4 + 1 + 1 + payload.length + padding)
                .putInt(1 + 1 + payload.length + padding)
                .put((byte) padding)
                .put((byte) type)
                .put(payload)
                .array();
    }

    /** Sends a packet, while the server takes any. */
    public void say(int type, byte... payload) throws IOException {
        out.write(packet(type, payload));
    }

    /** Sends the same packet so many times at once. */
    public void repeat(int times, int type, byte... payload) throws IOException {
        byte[] once = packet(type, payload);
        ByteBuffer all = ByteBuffer.allocate(times * once.length);
        for (int i = 0; i < times; i++) {
            all.put(once);
        }
        out.write(all.array());
    }

    /** Says that a packet of this length follows, and sends the beginning of it. */
    void begin(int length, int sent) throws IOException {
        out.writeInt(length);
        out.write(new byte[sent]);
    }

    /** Proposes this key exchange and what the endpoint is sure to have besides. */
    public void proposeExchange(String exchange) throws IOException {
        ByteBuffer proposal = ByteBuffer.allocate(1024).put(new byte[16]);
        for (String names : new String[] {
            exchange,
            "ssh-ed25519",
            "aes128-ctr",
            "aes128-ctr",
            "hmac-sha2-256",
            "hmac-sha2-256",
            "none",
            "none",
            "",
            ""
        }) {
            text(proposal, names.getBytes(StandardCharsets.US_ASCII));
        }
        proposal.put((byte) 0).putInt(0);
        byte[] payload = new byte[proposal.position()];
        proposal.flip().get(payload);
        say(20, payload);
    }

    /** Sends this as its part of the exchange. */
    public void exchange(int type, byte[] value) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(4 + value.length);
        text(payload, value);
        say(type, payload.array());
    }

    private static void text(ByteBuffer to, byte[] text) {
        to.putInt(text.length).put(text);
    }

    /** The type of the next packet that the server sends; {@link #NOTHING} when it has closed. */
    public int hear() throws IOException {
        try {
            byte[] packet = new byte[in.readInt()];
            in.readFully(packet);
            return packet[1] & 0xff;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return NOTHING; // closed, politely or not
        }
    }

    /** Hears the server out. */
    public void hearAll() throws IOException {
        int heard;
        do {
            heard = hear();
        } while (heard != NOTHING);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
