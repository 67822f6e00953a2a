package org.scpbeforerelay.config;

import java.io.File;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.scpbeforerelay.address.ClientAddress;

/** Where to listen: {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code unix:/absolute/path}. */
public sealed interface ListenAddress {
    /** The longest path of a unix socket, in bytes: 108 in sockaddr_un with its closing NUL (unix(7)). */
    int UNIX_PATH_BYTES_MAX = 107;

    /** What a listener binds. A host name is looked up here; one that does not resolve gives an unresolved address. */
    SocketAddress socketAddress();

    /**
     * An Internet address and port.
     *
     * @param host an IP address in its canonical text, without brackets, or a host name
     * @param port 0 to 65535; 0 lets the system pick one
     */
    record Tcp(String host, int port) implements ListenAddress {
        private static final Pattern HOST_NAME = Pattern.compile(
                "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");
        private static final Pattern ONLY_DIGITS_LAST = Pattern.compile("(.*\\.)?[0-9]+");

        public Tcp {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port " + port + " is out of range: 0 to 65535");
            }
        }

        /** Reads {@code HOST:PORT} or {@code [IPV6]:PORT}; {@link IllegalArgumentException} says what is wrong. */
        public static Tcp parse(String text) {
            int colon = text.lastIndexOf(':');
            String host = colon < 0 ? text : text.substring(0, colon);
            String port = colon < 0 ? "" : text.substring(colon + 1);
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            if (!port.matches("[0-9]{1,5}") || host.isEmpty() || host.indexOf(':') >= 0 && !bracketed) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no address to listen on: expected HOST:PORT or [IPV6]:PORT" + meant(text));
            }
            if (Integer.parseInt(port) > 65_535) {
                throw new IllegalArgumentException("port " + port + " is out of range: 0 to 65535");
            }
            return new Tcp(
                    bracketed ? ipv6(text, host.substring(1, host.length() - 1)) : host(text, host),
                    Integer.parseInt(port));
        }

        /** Whether only programs on this machine can connect. Of host names, only {@code localhost} is known to be so. */
        public boolean isLoopback() {
            return host.equals("::1") || host.equals("localhost") || host.startsWith("127.") && isAddress();
        }

        @Override
        public SocketAddress socketAddress() {
            return new InetSocketAddress(host, port);
        }

        @Override
        public String toString() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }

        private boolean isAddress() {
            return ClientAddress.tryParse(host).isPresent();
        }

        private static String ipv6(String text, String literal) {
            Optional<ClientAddress> address = ClientAddress.tryParse(literal);
            if (address.isEmpty() || literal.indexOf(':') < 0) {
                throw new IllegalArgumentException("'" + text + "' is no address to listen on: '" + literal
                        + "' in brackets is no IPv6 address; expected like [::1]:2222");
            }
            return address.get().toString();
        }

        private static String host(String text, String host) {
            Optional<ClientAddress> address = ClientAddress.tryParse(host);
            if (address.isPresent()) {
                return address.get().toString();
            }
            // 300.1.1.1 or 127.1 is a slip in an address, not the name of a host (RFC 1123 section 2.1).
            if (!HOST_NAME.matcher(host).matches()
                    || ONLY_DIGITS_LAST.matcher(host).matches()) {
                throw new IllegalArgumentException("'" + text + "' is no address to listen on: '" + host
                        + "' is no IP address and no host name" + meant(text));
            }
            return host;
        }

        private static String meant(String text) {
            String bare = text.replaceFirst("^(inet|tcp):(//)?", "");
            if (!bare.equals(text)) {
                return "; did you mean '" + bare + "'?";
            }
            if (text.matches("\\*?:?[0-9]{1,5}")) {
                String port = text.replaceFirst("^\\*?:?", "");
                return "; did you mean '0.0.0.0:" + port + "' (IPv4) and '[::]:" + port + "' (IPv6)?";
            }
            int colon = text.lastIndexOf(':');
            if (colon > 0
                    && text.indexOf(':') < colon
                    && ClientAddress.tryParse(text.substring(0, colon)).isPresent()) {
                return "; did you mean '[" + text.substring(0, colon) + "]" + text.substring(colon) + "'?";
            }
            return "";
        }
    }

    /**
     * A unix stream socket.
     *
     * @param path absolute, at most {@value #UNIX_PATH_BYTES_MAX} bytes
     */
    record Unix(Path path) implements ListenAddress {
        /** Reads {@code unix:/absolute/path}; {@link IllegalArgumentException} says what is wrong. */
        public static Unix parse(String text) {
            String path = text.substring(text.indexOf(':') + 1);
            if (!path.startsWith(File.separator) || path.endsWith(File.separator) || path.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("'" + text
                        + "' is no unix socket: expected an absolute path, like unix:/run/scp-before-relay/policy");
            }
            checkLength(path);
            return new Unix(Path.of(path));
        }

        /** {@link IllegalArgumentException} when the kernel cannot take a socket's path of this length. */
        static void checkLength(String path) {
            int bytes = path.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > UNIX_PATH_BYTES_MAX) {
                throw new IllegalArgumentException("the path of a unix socket has at most " + UNIX_PATH_BYTES_MAX
                        + " bytes, '" + path + "' has " + bytes + "; choose a shorter one");
            }
        }

        @Override
        public SocketAddress socketAddress() {
            return UnixDomainSocketAddress.of(path);
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /** Reads either form; {@link IllegalArgumentException} says what is wrong and what may have been meant. */
    static ListenAddress parse(String text) {
        if (text.startsWith("unix:")) {
            return Unix.parse(text);
        }
        if (text.startsWith(File.separator)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address to listen on; did you mean 'unix:" + text + "'?");
        }
        return Tcp.parse(text);
    }
}
