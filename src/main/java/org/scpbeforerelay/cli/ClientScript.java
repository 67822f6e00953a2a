package org.scpbeforerelay.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.UserName;

/**
 * The script for clients that have OpenSSH or dropbear alone. The text is {@code client.sh} beside this class, with a word
 * between two {@code @} for each value. Values stand between single quotes there, so none may hold one.
 *
 * @param host as clients call this host
 * @param networkInterface of the client; empty for the address that this host sees
 * @param families {@code 4 6}, or empty
 * @param hostKeys lines of {@code TYPE BASE64}
 */
record ClientScript(
        UserName user,
        DeviceName device,
        String host,
        int port,
        String networkInterface,
        String families,
        List<String> hostKeys) {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_:][A-Za-z0-9._:-]{0,252}");
    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9._:@-]{0,15}");
    private static final Pattern HOST_KEY = Pattern.compile("[a-z0-9@.-]+ [A-Za-z0-9+/=]+");
    private static final Pattern PLACE = Pattern.compile("@([A-Z_]+)@");

    ClientScript {
        hostKeys = List.copyOf(hostKeys);
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("'" + host + "' is no host: a name or an address without brackets");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
        }
        if (!INTERFACE.matcher(networkInterface).matches()) {
            throw new IllegalArgumentException("'" + networkInterface + "' is no name of an interface");
        }
        for (String key : hostKeys) {
            if (!HOST_KEY.matcher(key).matches()) {
                throw new IllegalArgumentException("'" + key + "' is no host key");
            }
        }
    }

    /** The script. */
    String text() {
        Map<String, String> values = Map.of(
                "USER",
                user.text(),
                "LOGIN",
                user + "+" + device,
                "HOST",
                host,
                "PORT",
                String.valueOf(port),
                "INTERFACE",
                networkInterface,
                "FAMILIES",
                families,
                "HOST_KEYS",
                String.join("\n", hostKeys));
        return PLACE.matcher(template())
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
    }

    private static String template() {
        try (InputStream in = ClientScript.class.getResourceAsStream("client.sh")) {
            if (in == null) {
                throw new IllegalStateException("client.sh is not in this program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
