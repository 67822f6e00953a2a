package org.scpbeforerelay.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.scpbeforerelay.daemon.Daemon;

/**
 * {@code try --self-test}: the main job, done with the system's scp and ssh, and asked for over the socket that a mail server
 * uses. Each step says what was done and what came of it.
 */
final class SelfTest {
    private static final String CLIENT = "127.0.0.1";

    private final Playground playground;
    private final Daemon daemon;
    private final Terminal terminal;
    private boolean allHeld = true;

    SelfTest(Playground playground, Daemon daemon, Terminal terminal) {
        this.playground = playground;
        this.daemon = daemon;
        this.terminal = terminal;
    }

    boolean run() throws IOException, InterruptedException {
        long startedMs = System.currentTimeMillis();
        String before = askSocketmap();
        step("refused", "nobody has proved to be at " + CLIENT, before, before.startsWith("NOTFOUND"));

        Programs.Result wrong = Programs.run(playground.scp("wrong-ip"));
        step(
                "refused",
                "scp of a file that names somebody else's address fails and says why",
                "exit " + wrong.exitStatus() + ", " + firstLine(wrong.errors()),
                wrong.exitStatus() != 0 && wrong.errors().contains("address-not-yours"));

        Programs.Result copy = Programs.run(playground.scp("gwaihir-ip"));
        step(
                "announced",
                "scp gwaihir-ip gerard@" + CLIENT + ":",
                "exit " + copy.exitStatus() + (copy.exitStatus() == 0 ? "" : ", " + firstLine(copy.errors())),
                copy.exitStatus() == 0);

        String after = askSocketmap();
        step("permitted", "the first question after the copy", after, after.equals("OK permit"));
        String policy = askPolicy();
        step("permitted", "the same by the policy protocol", policy, policy.equals("action=OK"));

        Programs.Result revoked = Programs.run(playground.ssh("revoke --device gwaihir"));
        String gone = askSocketmap();
        step(
                "revoked",
                "ssh gerard@" + CLIENT + " revoke",
                "exit " + revoked.exitStatus() + ", " + gone,
                revoked.exitStatus() == 0 && gone.startsWith("NOTFOUND"));

        // What a start takes from the training run's cache, the first visit of the page does then too.
        String page = askPage();
        step("shown", "the console's page, with the token", page, page.equals("HTTP/1.1 200 OK"));

        double seconds = (System.currentTimeMillis() - startedMs) / 1000.0;
        terminal.out().println();
        terminal.out()
                .println(
                        allHeld
                                ? terminal.green("All steps held") + String.format(", in %.1f s.", seconds)
                                : terminal.red("Not all steps held."));
        terminal.out().flush();
        return allHeld;
    }

    private String askPage() throws IOException {
        URI address = URI.create(String.valueOf(daemon.consoleAddressWithToken()));
        String host = address.getHost() + ":" + address.getPort();
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer "
                                    + address.getQuery().replace("token=", "") + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("no answer");
        }
    }

    private void step(String word, String what, String outcome, boolean held) {
        allHeld &= held;
        String mark = held ? terminal.green("✓") : terminal.red("✗");
        terminal.out()
                .println("  " + mark + " " + terminal.bold(String.format("%-10s", word)) + what + "  "
                        + terminal.dim("→ " + outcome.trim()));
        terminal.out().flush();
    }

    private String askSocketmap() throws IOException {
        String key = "relay " + CLIENT;
        String answer = ask(key.length() + ":" + key + ",", ",");
        return answer.substring(answer.indexOf(':') + 1);
    }

    private String askPolicy() throws IOException {
        return ask(
                String.join(
                        "\n",
                        List.of(
                                "request=smtpd_access_policy",
                                "protocol_state=RCPT",
                                "protocol_name=ESMTP",
                                "client_address=" + CLIENT,
                                "sender=gerard@example.org",
                                "recipient=friend@example.com",
                                "instance=self-test",
                                "",
                                "")),
                "\n");
    }

    /** Sends a question as a mail server does, and reads up to what ends the answer. */
    private String ask(String question, String end) throws IOException {
        InetSocketAddress address = daemon.lookupAddress();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            while (answer.indexOf(end) < 0) {
                int c = socket.getInputStream().read();
                if (c < 0) {
                    break;
                }
                answer.append((char) c);
            }
            return answer.toString().replace(end, "").trim();
        }
    }

    private static String firstLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).findFirst().orElse("nothing on standard error");
    }
}
