package org.scpbeforerelay.rig;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An SMTP client in a lab host, a line at a time; the connection stays open until it is closed, however long the test
 * takes between two lines. Every method sends what it says and returns the server's reply.
 */
public final class SmtpConversation implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    /** Longer than Postfix itself waits for a policy service that hangs (7 s). */
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(30);

    private final Socket socket;
    private final BufferedReader reader;
    private final SmtpReply greeting;

    private SmtpConversation(Socket socket) throws IOException {
        this.socket = socket;
        this.reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        this.greeting = readReply();
    }

    /** Connects from a host, with the source address the kernel chooses, and reads the greeting. */
    public static SmtpConversation open(Host from, String server, int port) throws Exception {
        return connect(from, null, server, port);
    }

    /** Connects from one of a host's addresses. */
    public static SmtpConversation openFrom(Host from, String source, String server, int port) throws Exception {
        return connect(from, source, server, port);
    }

    private static SmtpConversation connect(Host from, @Nullable String source, String server, int port)
            throws Exception {
        Socket socket = from.inside(() -> {
            var fresh = new Socket();
            try {
                if (source != null) {
                    fresh.bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0));
                }
                fresh.connect(
                        new InetSocketAddress(InetAddress.ofLiteral(server), port), (int) CONNECT_LIMIT.toMillis());
                fresh.setSoTimeout((int) REPLY_LIMIT.toMillis());
                fresh.setTcpNoDelay(true);
                return fresh;
            } catch (IOException | RuntimeException e) {
                fresh.close();
                throw e;
            }
        });
        try {
            return new SmtpConversation(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** What the server said first. */
    public SmtpReply greeting() {
        return greeting;
    }

    /** EHLO with a name of the documentation domain. */
    public SmtpReply hello() throws IOException {
        return say("EHLO client.example.net");
    }

    /** MAIL FROM. */
    public SmtpReply mail(String sender) throws IOException {
        return say("MAIL FROM:<" + sender + ">");
    }

    /** RCPT TO. */
    public SmtpReply rcpt(String recipient) throws IOException {
        return say("RCPT TO:<" + recipient + ">");
    }

    /** DATA, and when the server wants it, a small message with this subject. The last reply. */
    public SmtpReply data(String subject) throws IOException {
        SmtpReply go = say("DATA");
        if (go.code() != 354) {
            return go;
        }
        return say("Subject: " + subject + "\r\n\r\nA message of the test.\r\n.");
    }

    /** RSET: the end of a message that is not to be sent. */
    public SmtpReply reset() throws IOException {
        return say("RSET");
    }

    /** EHLO, MAIL and RCPT in a row; the reply to RCPT, or the first that is not 250. */
    public SmtpReply tryRecipient(String sender, String recipient) throws IOException {
        SmtpReply reply = hello();
        if (reply.code() == 250) {
            reply = mail(sender);
        }
        return reply.code() == 250 ? rcpt(recipient) : reply;
    }

    /** A whole small message; the reply to its end, or the first that refuses. */
    public SmtpReply deliver(String sender, String recipient, String subject) throws IOException {
        SmtpReply reply = tryRecipient(sender, recipient);
        return reply.code() == 250 ? data(subject) : reply;
    }

    /** Any line, without its line end. */
    public SmtpReply say(String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        return readReply();
    }

    private SmtpReply readReply() throws IOException {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = reader.readLine();
            if (line == null || line.length() < 3) {
                throw new EOFException("the server closed the connection; it said last: " + lines + line);
            }
            lines.add(line);
            if (line.length() == 3 || line.charAt(3) == ' ') {
                return new SmtpReply(Integer.parseInt(line.substring(0, 3)), List.copyOf(lines));
            }
        }
    }

    /** Ends the connection; without QUIT, as clients do that lose their line. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
