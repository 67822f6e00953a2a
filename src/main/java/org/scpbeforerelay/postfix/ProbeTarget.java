package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;

/**
 * A service that takes mail from the network, and where.
 *
 * @param service as {@code postconf -P} names it
 * @param hosts addresses, or {@code all}
 * @param port a number
 * @param ipv4 whether it listens there
 * @param ipv6 whether it listens there
 * @param ownDomain one of the domains for which this host takes mail
 */
public record ProbeTarget(String service, List<String> hosts, int port, boolean ipv4, boolean ipv6, String ownDomain) {
    public ProbeTarget {
        hosts = List.copyOf(hosts);
    }

    /** Every smtpd and postscreen that listens; a port that has TLS from its first byte is left out, nothing is said there in the clear. */
    public static List<ProbeTarget> of(MailSetup setup) {
        List<ProbeTarget> targets = new ArrayList<>();
        for (MailService service : setup.services()) {
            boolean smtp =
                    service.program().equals("smtpd") || service.program().equals("postscreen");
            int port = port(service.port());
            if (!service.type().equals("inet")
                    || !smtp
                    || port == 0
                    || setup.value(service, "smtpd_tls_wrappermode").equals("yes")) {
                continue;
            }
            String protocols = setup.value(service, "inet_protocols");
            boolean all = protocols.contains("all");
            targets.add(new ProbeTarget(
                    service.toString(),
                    hosts(setup, service),
                    port,
                    all || protocols.contains("ipv4"),
                    all || protocols.contains("ipv6"),
                    domain(setup)));
        }
        return targets;
    }

    private static List<String> hosts(MailSetup setup, MailService service) {
        String name = service.name();
        String host =
                name.contains(":") ? name.substring(0, name.lastIndexOf(':')).replaceAll("[\\[\\]]", "") : "";
        String interfaces = host.isEmpty() ? setup.value("inet_interfaces") : host;
        List<String> hosts = new ArrayList<>();
        for (Words.Word word : Words.of(interfaces)) {
            hosts.add(word.text().replaceAll("[\\[\\]]", ""));
        }
        hosts.removeIf(one -> one.equals("loopback-only") || one.equals("localhost"));
        return hosts;
    }

    private static int port(String name) {
        return switch (name) {
            case "smtp" -> 25;
            case "submission" -> 587;
            default -> name.matches("[0-9]{1,5}") ? Integer.parseInt(name) : 0;
        };
    }

    private static String domain(MailSetup setup) {
        String domain = setup.value("mydomain");
        return domain.isEmpty() ? "example.net" : domain;
    }
}
