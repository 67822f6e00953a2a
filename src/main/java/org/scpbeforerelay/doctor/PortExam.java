package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.scpbeforerelay.config.ListenAddress;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.source.ssh.EndpointSettings;

/** Whether clients find our SSH endpoint where the settings say, and not somebody else. */
final class PortExam {
    private static final int MS_MAX = 3_000;
    private static final int BANNER_MAX = 255;

    private PortExam() {}

    static List<Finding> examine(Settings settings) {
        List<ListenAddress.Tcp> listen = settings.ssh().listen();
        List<Finding> findings = new ArrayList<>();
        boolean behindProxy = !settings.ssh().proxies().isEmpty();
        if (!listen.isEmpty() && !behindProxy && listen.stream().allMatch(ListenAddress.Tcp::isLoopback)) {
            findings.add(Finding.advice(
                    "the SSH endpoint listens on loopback only",
                    "[ssh] listen",
                    "no client on another machine can announce",
                    "[ssh] listen = [\"0.0.0.0:2222\", \"[::]:2222\"]"));
        }
        for (ListenAddress.Tcp address : listen) {
            if (address.port() != 0) {
                findings.add(examine(address));
            }
        }
        return findings;
    }

    private static Finding examine(ListenAddress.Tcp address) {
        String where = "[ssh] listen " + address;
        try {
            String banner = banner(address);
            if (banner.contains(EndpointSettings.IDENTIFICATION)) {
                return Finding.good("the SSH endpoint answers", where);
            }
            return Finding.problem(
                    "somebody else answers there: " + (banner.isEmpty() ? "it says nothing" : banner),
                    where,
                    "clients that come there do not announce; the daemon cannot listen there",
                    "another port in [ssh] listen, or stop what listens there (ss -ltnp 'sport = :" + address.port()
                            + "')");
        } catch (ConnectException e) {
            return Finding.problem(
                    "nobody listens there",
                    where,
                    "no client can announce by SSH",
                    "scp-before-relay serve; when it runs already, restart it, as it listens by the settings of its start");
        } catch (IOException e) {
            return Finding.advice(
                    "it cannot be asked: " + e.getMessage(),
                    where,
                    "whether clients are answered there is not known",
                    "is there such an address on this host (ip address)?");
        }
    }

    /** What is said first, before any key (RFC 4253 section 4.2); empty when nothing is. */
    private static String banner(ListenAddress.Tcp address) throws IOException {
        String host = switch (address.host()) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::" -> "::1";
            default -> address.host();
        };
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, address.port()), MS_MAX);
            socket.setSoTimeout(MS_MAX);
            InputStream in = socket.getInputStream();
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c >= 0 && c != '\n' && line.length() < BANNER_MAX; c = in.read()) {
                line.append((char) c);
            }
            return new String(line.toString().strip().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.US_ASCII)
                    .replaceAll("[^\\x20-\\x7e]", "?");
        } catch (SocketTimeoutException e) {
            return "";
        }
    }
}
