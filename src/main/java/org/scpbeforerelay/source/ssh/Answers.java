package org.scpbeforerelay.source.ssh;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;

/** The words in which the endpoint answers; programs rely on them. */
final class Answers {
    static final String HELP = """
            This is scp-before-relay: it lets you relay mail from where you are.

              scp gwaihir-ip USER@HOST:        a small file DEVICE-ip that holds your address, or 'auto'
              ssh USER@HOST announce [--device DEVICE] [--term 1h] [ADDRESS or auto]...
              ssh USER@HOST revoke [--device DEVICE]
              ssh USER@HOST leases [--json]
              ssh -N USER@HOST                 a lease for as long as the connection lasts
              ssh USER@HOST help

            Log in as USER+DEVICE to speak as one device. Without an address, the one that you come from is taken.
            """;

    private Answers() {}

    /** {@code granted gerard/gwaihir 203.0.113.7 until 2026-11-22T12:20:00Z}. */
    static String granted(Lease lease) {
        return "granted " + lease.principal() + " " + lease.addressText() + " until " + until(lease);
    }

    /** {@code refused address-not-yours you announced …}. */
    static String refused(Verdict.Refused refused) {
        return "refused " + refused.code().text() + " " + refused.reason();
    }

    /** The end, to the second. */
    static String until(Lease lease) {
        return Instant.ofEpochMilli(lease.expiresAtMs())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    static String table(List<Lease> leases, Moment now) {
        if (leases.isEmpty()) {
            return "no leases\n";
        }
        StringBuilder table = new StringBuilder(row("DEVICE", "ADDRESS", "UNTIL", "LEFT"));
        for (Lease lease : leases) {
            long seconds = lease.leftMs(now) / 1000;
            table.append(row(
                    lease.device().text(),
                    lease.addressText(),
                    until(lease),
                    String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)));
        }
        return table.toString();
    }

    private static String row(String device, String address, String until, String left) {
        return String.format(Locale.ROOT, "%-16s  %-39s  %-20s  %s\n", device, address, until, left);
    }

    /** The leases as the API has them. Every value is of characters that need no escape. */
    static String json(List<Lease> leases, Moment now) {
        StringBuilder json = new StringBuilder("{\"leases\":[");
        String comma = "";
        for (Lease lease : leases) {
            json.append(comma)
                    .append(
                            "{\"user\":\"%s\",\"device\":\"%s\",\"address\":\"%s\",\"prefix\":%d,\"source\":\"%s\",\"held\":%b,"
                                    .formatted(
                                            lease.user(),
                                            lease.device(),
                                            lease.address(),
                                            lease.prefixLength(),
                                            lease.source().text(),
                                            lease.held()))
                    .append("\"granted_at\":\"%s\",\"renewed_at\":\"%s\",\"expires_at\":\"%s\",\"seconds_left\":%d}"
                            .formatted(
                                    Instant.ofEpochMilli(lease.grantedAtMs()),
                                    Instant.ofEpochMilli(lease.renewedAtMs()),
                                    Instant.ofEpochMilli(lease.expiresAtMs()),
                                    lease.leftMs(now) / 1000));
            comma = ",";
        }
        return json.append("]}\n").toString();
    }
}
