package org.scpbeforerelay.sink.table;

import java.util.Comparator;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.clock.Moment;

/**
 * One client of a table, with the end of its lease by both clocks.
 *
 * @param client a single address, or a /64
 * @param endsAtMs by the wall clock
 * @param deadlineMs by the monotonic clock
 */
record Row(Network client, long endsAtMs, long deadlineMs) {
    /** The order of rows in a table. */
    static final Comparator<Network> ORDER =
            Comparator.comparing(Network::base).thenComparingInt(Network::prefixLength);

    boolean isOver(Moment now) {
        return now.wallMs() >= endsAtMs || now.monotonicMs() >= deadlineMs;
    }

    /** What is left of it, in milliseconds; negative when it is over. */
    long leftMs(Moment now) {
        return Math.min(endsAtMs - now.wallMs(), deadlineMs - now.monotonicMs());
    }

    boolean isSingleAddress() {
        return client.prefixLength() == client.base().family().bits();
    }

    /** The address as Postfix asks for it: RFC 5952 for IPv6; a network with its prefix length. */
    String addressText() {
        return isSingleAddress() ? client.base().toString() : client.toString();
    }

    /** The value as the table's settings want it. */
    String value(TableValue kind) {
        return switch (kind) {
            case OK -> "OK";
            case EXPIRES -> Long.toString(Math.floorDiv(endsAtMs, 1000));
        };
    }

    /** This row as a line of the table's text, without its line end. */
    String line(TableSettings table) {
        return switch (table.type()) {
            case LMDB, HASH, CDB -> addressText() + " " + value(table.value());
            case SENDMAIL -> sendmailKey(client.base()) + " RELAY";
            case OPENSMTPD, LINES -> addressText();
        };
    }

    /** Sendmail asks for an IPv6 address in full, lower case, each group without leading zeros. */
    private static String sendmailKey(ClientAddress address) {
        if (address.isIpv4()) {
            return "connect:" + address;
        }
        StringBuilder key = new StringBuilder("connect:ipv6");
        byte[] bytes = address.toBytes();
        for (int i = 0; i < bytes.length; i += 2) {
            key.append(':').append(Integer.toHexString((bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff));
        }
        return key.toString();
    }
}
