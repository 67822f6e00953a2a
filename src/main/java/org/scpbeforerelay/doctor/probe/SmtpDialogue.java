package org.scpbeforerelay.doctor.probe;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The lines of a client that never sends a message (RFC 5321): EHLO, MAIL, RCPT, RSET, QUIT. */
final class SmtpDialogue implements AutoCloseable {
    private static final int CONNECT_MS_MAX = 5_000;

    /** Longer than Postfix waits for a policy service that hangs, and than a greeting that postscreen holds back. */
    private static final int REPLY_MS_MAX = 20_000;

    private static final int LINE_MAX = 2_048;

    private final Socket socket = new Socket();
    private final BufferedReader reader;

    /**
     * Connects and reads the greeting.
     *
     * @param from the source address; null for the one that the kernel takes
     */
    SmtpDialogue(@Nullable InetSocketAddress from, InetSocketAddress to) throws IOException {
        try {
            if (from != null) {
                socket.bind(from);
            }
            socket.connect(to, CONNECT_MS_MAX);
            socket.setSoTimeout(REPLY_MS_MAX);
            reader = new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1), LINE_MAX);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The reply without its code's lines before the last: {@code 554 5.7.1 <…>: Relay access denied}. */
    String reply() throws IOException {
        while (true) {
            String line = reader.readLine();
            if (line == null || line.length() < 3) {
                throw new EOFException("the connection was closed");
            }
            if (line.length() == 3 || line.charAt(3) != '-') {
                return line.replaceAll("[^\\x20-\\x7e]", "?");
            }
        }
    }

    String say(String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        return reply();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
