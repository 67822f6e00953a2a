package org.scpbeforerelay.story;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A mail server's open connections to the lookup listener, one that speaks socketmap and one that speaks policy. */
final class MailServer implements AutoCloseable {
    private static final int PATIENCE_MS = 20_000;

    private final Socket socketmap;
    private final Socket policy;
    private final InputStream mapAnswers;
    private final InputStream policyAnswers;

    MailServer(InetSocketAddress lookup) throws IOException {
        socketmap = connect(lookup);
        policy = connect(lookup);
        mapAnswers = new BufferedInputStream(socketmap.getInputStream());
        policyAnswers = new BufferedInputStream(policy.getInputStream());
    }

    /** Whether a client at this address may relay, by socketmap. */
    boolean permitsByMap(String address) throws IOException {
        askMap(address);
        return answerOfMap();
    }

    /** The same by policy request. */
    boolean permitsByPolicy(String address) throws IOException {
        askPolicy(address);
        return answerOfPolicy();
    }

    void askMap(String address) throws IOException {
        String key = "relay " + address;
        send(socketmap, key.length() + ":" + key + ",");
    }

    boolean answerOfMap() throws IOException {
        String answer = read(mapAnswers, ",");
        return switch (answer) {
            case "9:OK permit" -> true;
            case "9:NOTFOUND " -> false;
            default -> throw new IOException("no answer of a socketmap: " + answer);
        };
    }

    void askPolicy(String address) throws IOException {
        send(policy, """
                request=smtpd_access_policy
                protocol_state=RCPT
                protocol_name=ESMTP
                client_address=%s
                client_name=unknown
                sender=gerard@example.org
                recipient=friend@example.com
                instance=1.2.3

                """.formatted(address));
    }

    boolean answerOfPolicy() throws IOException {
        String answer = read(policyAnswers, "\n\n");
        return switch (answer) {
            case "action=OK" -> true;
            case "action=DUNNO" -> false;
            default -> throw new IOException("no answer to a policy request: " + answer);
        };
    }

    private static Socket connect(InetSocketAddress lookup) throws IOException {
        Socket socket = new Socket(lookup.getAddress(), lookup.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    private static void send(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    private static String read(InputStream answers, String end) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf(end) < 0) {
            int c = answers.read();
            if (c < 0) {
                throw new EOFException("closed after: " + answer);
            }
            answer.append((char) c);
        }
        return answer.substring(0, answer.length() - end.length());
    }

    @Override
    public void close() throws IOException {
        socketmap.close();
        policy.close();
    }
}
