package org.scpbeforerelay.doctor.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.postfix.ProbeTarget;

/**
 * Asks each smtpd of master.cf whether a stranger may relay. Two senders are tried, a foreign one and one of the host's own domain (some
 * relays believe that), always to a foreign recipient, and each time RSET follows at once: Postfix drops what it had begun.
 *
 * <p>The recipient is in example.com, which takes no mail (RFC 6761, RFC 7505).
 */
public final class RelayProbe {
    private static final String RECIPIENT = "relay-probe@example.com";
    private static final String FOREIGN_SENDER = "relay-probe@example.net";
    private static final String GREETING_NAME = "relay-probe.example.net";

    private RelayProbe() {}

    /** What one conversation came to. */
    public sealed interface Answer {
        /** A foreign recipient was accepted from {@code sender}. */
        record Open(String sender, String reply) implements Answer {}

        /** Relay was refused, or has to wait; the reply says so. */
        record Closed(String reply) implements Answer {}

        /** The probe was refused for something else, such as its name, which another stranger may have. */
        record Otherwise(String reply) implements Answer {}

        /** It came to no RCPT. */
        record Unknown(String why) implements Answer {}
    }

    /** An answer and the socket that gave it. */
    public record Heard(ProbeTarget target, InetSocketAddress at, String from, Answer answer) {}

    /**
     * From a network of a stranger's own when that can be made.
     *
     * @throws IOException why it cannot
     */
    public static List<Heard> asStranger(List<ProbeTarget> targets) throws IOException {
        List<Heard> heard = new ArrayList<>();
        try (StrangersNetwork network = StrangersNetwork.make()) {
            for (ProbeTarget target : targets) {
                for (InetSocketAddress at : places(target)) {
                    String from = ClientAddress.of(at.getAddress()).isIpv4()
                            ? StrangersNetwork.STRANGER_4
                            : StrangersNetwork.STRANGER_6;
                    heard.add(new Heard(target, at, from, network.call(() -> ask(at, target.ownDomain()))));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return heard;
    }

    /** Where a service is reached from outside: one address of each family. */
    private static List<InetSocketAddress> places(ProbeTarget target) throws IOException {
        Set<InetSocketAddress> places = new LinkedHashSet<>();
        for (String host : target.hosts()) {
            if (!host.equals("all")) {
                InetAddress address = address(host);
                if (!address.isLoopbackAddress()) {
                    places.add(new InetSocketAddress(address, target.port()));
                }
                continue;
            }
            if (target.ipv4()) {
                places.add(new InetSocketAddress(address(StrangersNetwork.HOST_4), target.port()));
            }
            if (target.ipv6() && hasIpv6()) {
                places.add(new InetSocketAddress(address(StrangersNetwork.HOST_6), target.port()));
            }
        }
        return List.copyOf(places);
    }

    private static boolean hasIpv6() throws IOException {
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(NetworkInterface::inetAddresses)
                .anyMatch(address -> !ClientAddress.of(address).isIpv4());
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return ClientAddress.tryParse(text)
                .map(ClientAddress::toInetAddress)
                .orElseThrow(() -> new UnknownHostException(text));
    }

    private static Answer ask(InetSocketAddress at, String ownDomain) {
        try (SmtpDialogue smtp = new SmtpDialogue(null, at)) {
            String greeting = smtp.reply();
            if (!greeting.startsWith("220")) {
                return new Answer.Otherwise(greeting);
            }
            String hello = smtp.say("EHLO " + GREETING_NAME);
            if (!hello.startsWith("250")) {
                return new Answer.Otherwise(hello);
            }
            String refused = "";
            for (String sender : List.of(FOREIGN_SENDER, "postmaster@" + ownDomain)) {
                String mail = smtp.say("MAIL FROM:<" + sender + ">");
                String reply = mail.startsWith("250") ? smtp.say("RCPT TO:<" + RECIPIENT + ">") : mail;
                smtp.say("RSET");
                if (mail.startsWith("250") && reply.startsWith("2")) {
                    smtp.say("QUIT");
                    return new Answer.Open(sender, reply);
                }
                refused = refused.isEmpty() || !isOfRelay(reply) ? reply : refused;
            }
            smtp.say("QUIT");
            return isOfRelay(refused) ? new Answer.Closed(refused) : new Answer.Otherwise(refused);
        } catch (IOException e) {
            return new Answer.Unknown(String.valueOf(e.getMessage()));
        }
    }

    /** The words of reject_unauth_destination, of a plain reject, and of our own question while nobody answers it. */
    private static boolean isOfRelay(String reply) {
        return reply.contains("Relay access denied")
                || reply.contains("Access denied")
                || reply.contains("relay lease service");
    }
}
