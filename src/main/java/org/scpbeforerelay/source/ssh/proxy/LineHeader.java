package org.scpbeforerelay.source.ssh.proxy;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Client;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Malformed;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader.Own;

/** The line of version 1 of the PROXY protocol, section 2.1. */
final class LineHeader {
    static final byte[] BEGINNING = "PROXY ".getBytes(StandardCharsets.US_ASCII);

    private static final int FIELDS = 6;

    private LineHeader() {}

    /** Reads a line without its end; {@code length} is with it. */
    static ProxyHeader read(String line, int length) {
        String[] fields = line.split(" ", -1);
        String kind = fields[1];
        if (kind.equals("UNKNOWN")) {
            return new Own(length); // whatever follows is to be ignored
        }
        if (!kind.equals("TCP4") && !kind.equals("TCP6")) {
            return new Malformed("its protocol is none of TCP4, TCP6 and UNKNOWN");
        }
        if (fields.length != FIELDS) {
            return new Malformed("its line has not two addresses and two ports, one blank between them");
        }
        ClientAddress source = address(kind, fields[2]);
        ClientAddress destination = address(kind, fields[3]);
        if (source == null || destination == null) {
            return new Malformed("an address in its line is none of " + kind);
        }
        int port = port(fields[4]);
        if (port < 0 || port(fields[5]) < 0) {
            return new Malformed("a port in its line is none");
        }
        return new Client(length, source, port);
    }

    /** An IPv4 address written as IPv6 is one of TCP6 by its spelling, and stays what it is. */
    private static @Nullable ClientAddress address(String kind, String text) {
        boolean colons = text.indexOf(':') >= 0;
        return colons == kind.equals("TCP6") ? ClientAddress.tryParse(text).orElse(null) : null;
    }

    /** -1 when it is none. */
    private static int port(String text) {
        boolean decimal = !text.isEmpty()
                && text.length() <= 5
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
        int port = decimal ? Integer.parseInt(text) : -1;
        return port <= 65_535 ? port : -1;
    }
}
