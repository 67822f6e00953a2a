package org.scpbeforerelay.agent;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scpbeforerelay.address.ClientAddress;

/**
 * Where to announce, as {@code USER[+DEVICE]@HOST[:PORT]}; an IPv6 address stands in brackets, or bare without a port.
 *
 * @param login what ssh logs in as: {@code gerard} or {@code gerard+gwaihir}
 * @param host a name of DNS or of {@code ~/.ssh/config}, or an address, without brackets
 * @param port 1 to 65535; 0 when none is given: what {@code ~/.ssh/config} says, else the endpoint's own 2222
 */
public record Destination(String login, String host, int port) {
    /** The port of the endpoint when nobody says otherwise. */
    public static final int USUAL_PORT = 2222;

    private static final Pattern LOGIN = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}(\\+[a-z0-9][a-z0-9._-]{0,63})?");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,252}");
    private static final Pattern PLACE = Pattern.compile("(?:\\[([^\\]]*)\\]|([^:]*))(?::([0-9]{1,5}))?");

    /** {@link IllegalArgumentException} says what is wrong and what was expected. */
    public static Destination parse(String text) {
        int at = text.lastIndexOf('@');
        String place = text.substring(at + 1);
        if (at < 1 || place.isEmpty()) {
            throw wrong(text, "expected USER[+DEVICE]@HOST[:PORT], like gerard+gwaihir@shadowfax");
        }
        String login = text.substring(0, at);
        if (!LOGIN.matcher(login).matches()) {
            throw wrong(text, "'" + login + "' is no USER or USER+DEVICE: a-z, 0-9, '.', '_' and '-'");
        }
        if (isIpv6(place)) {
            return new Destination(login, place, 0);
        }
        Matcher matcher = PLACE.matcher(place);
        if (!matcher.matches()) {
            throw wrong(text, "'" + place + "' is no HOST[:PORT]");
        }
        String bracketed = matcher.group(1);
        String host = bracketed == null ? matcher.group(2) : bracketed;
        if (bracketed == null ? !HOST.matcher(host).matches() : !isIpv6(host)) {
            throw wrong(text, "'" + host + "' is no host");
        }
        int port = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        if (matcher.group(3) != null && (port < 1 || port > 65535)) {
            throw wrong(text, "a port is 1 to 65535");
        }
        return new Destination(login, host, port);
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("'" + text + "': " + why);
    }

    private static boolean isIpv6(String text) {
        return text.indexOf(':') >= 0
                && ClientAddress.tryParse(text)
                        .filter(address -> !address.isIpv4())
                        .isPresent();
    }

    /** The host as an address; empty when it is a name. */
    Optional<ClientAddress> address() {
        return ClientAddress.tryParse(host);
    }

    /** For people: the host, and the port where one was given. */
    public String server() {
        if (port == 0) {
            return host;
        }
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return login + "@" + server();
    }
}
