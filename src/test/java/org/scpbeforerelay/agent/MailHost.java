package org.scpbeforerelay.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.story.DaemonProcess;

/** A relay host of the lab: our daemon, and a mail server's open connection to it that asks who may relay. */
public final class MailHost implements AutoCloseable {
    private final Host host;
    private final DaemonProcess daemon;
    private @Nullable Socket asking;

    private MailHost(Host host, DaemonProcess daemon) {
        this.host = host;
        this.daemon = daemon;
    }

    /** The daemon, not started yet, with the lab's documentation networks allowed as clients' own addresses. */
    public static MailHost on(Host host, String moreSettings) {
        DaemonProcess daemon = DaemonProcess.in(host, """
                [lease]
                special_networks = ["198.51.100.0/24", "203.0.113.0/24", "2001:db8:100::/48"]
                %s
                [ssh]
                listen = ["0.0.0.0:2222", "[::]:2222"]
                [lookup]
                listen = ["127.0.0.1:10040"]
                [console]
                listen = ""
                """.formatted(moreSettings));
        return new MailHost(host, daemon);
    }

    /** Ready to answer. */
    public MailHost start() {
        daemon.start();
        return this;
    }

    public Host host() {
        return host;
    }

    public DaemonProcess daemon() {
        return daemon;
    }

    /** Makes {@code gerard} with these keys; before the start. */
    public MailHost user(String... publicKeyLines) {
        try {
            String keys =
                    Stream.of(publicKeyLines).map(line -> "\"" + line + "\"").collect(Collectors.joining(", "));
            Files.writeString(daemon.state().resolve("users/gerard.toml"), "keys = [" + keys + "]\n");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a mail server would be told yes, over a connection that stays open from question to question. */
    public synchronized boolean permits(String address) {
        try {
            Socket socket = asking;
            if (socket == null) {
                socket = host.inside(() -> new Socket("127.0.0.1", 10040));
                asking = socket;
            }
            String question = "relay " + address;
            socket.getOutputStream().write((question.length() + ":" + question + ",").getBytes(US_ASCII));
            return netstring(socket.getInputStream()).startsWith("OK ");
        } catch (Exception e) {
            asking = null;
            throw new IllegalStateException("asking for " + address, e);
        }
    }

    private static String netstring(InputStream in) throws IOException {
        int length = 0;
        int c = in.read();
        while (c != ':') {
            if (c < '0' || c > '9') {
                throw new IOException("no netstring");
            }
            length = length * 10 + c - '0';
            c = in.read();
        }
        String text = new String(in.readNBytes(length), US_ASCII);
        in.skipNBytes(1);
        return text;
    }

    /** Ends the daemon and starts it anew. */
    public void restart(Runnable meanwhile) {
        daemon.kill();
        asking = null;
        meanwhile.run();
        daemon.start();
    }

    @Override
    public void close() {
        daemon.close();
    }
}
