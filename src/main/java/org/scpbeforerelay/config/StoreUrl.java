package org.scpbeforerelay.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import org.scpbeforerelay.spelling.Nearest;

/** {@code embedded}, {@code redis://[user:password@]host[:port][/number]}, or the same with {@code rediss} for TLS. */
final class StoreUrl {
    private static final List<String> SCHEMES = List.of("redis", "rediss");

    private StoreUrl() {}

    /** Gives {@code text} back; {@link IllegalArgumentException} says what is wrong, and never the password. */
    static String checked(String text) {
        if (text.equals("embedded")) {
            return text;
        }
        URI url = parsed(text);
        String scheme = url.getScheme();
        if (scheme == null || !SCHEMES.contains(scheme)) {
            String near = text.contains("//")
                    ? Nearest.hint(scheme + "://", List.of("redis://", "rediss://"))
                    : text.contains(":")
                            ? "; did you mean 'redis://" + masked(text) + "'?"
                            : Nearest.hint(text, List.of("embedded"));
            throw new IllegalArgumentException(
                    "'" + masked(text) + "' is no store: expected embedded, redis://HOST or rediss://HOST" + near);
        }
        if (url.getHost() == null || url.getQuery() != null || url.getFragment() != null || url.getPort() > 65_535) {
            throw new IllegalArgumentException("'" + masked(text) + "' is no store: expected " + scheme
                    + "://[USER:PASSWORD@]HOST[:PORT][/NUMBER]");
        }
        if (!url.getPath().matches("(/[0-9]{0,4})?")) {
            throw new IllegalArgumentException("'" + masked(text) + "' is no store: after the host comes at most the"
                    + " number of a database, like /0");
        }
        return text;
    }

    /** The same without what stands between the user's name and the host. */
    static String masked(String text) {
        int end = text.lastIndexOf('@');
        int slashes = text.indexOf("//");
        int start = text.indexOf(':', slashes < 0 ? 0 : slashes);
        return end < 0 || start < 0 || start > end ? text : text.substring(0, start) + ":…" + text.substring(end);
    }

    private static URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + masked(text)
                    + "' is no store: expected embedded, redis://HOST or rediss://HOST;"
                    + " in a password, characters beyond letters and digits are written %40");
        }
    }
}
