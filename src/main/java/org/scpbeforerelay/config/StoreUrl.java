package org.scpbeforerelay.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.spelling.Nearest;

/**
 * Where a shared store is: {@code redis://[user:password@]host[:port][/number]}, by way of Sentinels
 * {@code redis+sentinel://[user:password@]host[:port][,host[:port]…]/master[/number]}, or the same with {@code rediss} for TLS, which takes
 * {@code ?ca=/file.pem} as well. The setting's other value is {@code embedded}.
 *
 * @param hosts the server; or Sentinels
 * @param master the name that Sentinels know the server by; null where {@code hosts} is the server
 * @param tls whether TLS is spoken, with servers and Sentinels
 * @param authorities a file of certificates that sign the servers'; null for those that Java knows
 * @param user of the server's ACL; null for the default one
 * @param password null for none
 * @param database its number
 */
public record StoreUrl(
        List<ListenAddress.Tcp> hosts,
        @Nullable String master,
        boolean tls,
        @Nullable Path authorities,
        @Nullable String user,
        @Nullable String password,
        int database) {
    private static final List<String> SCHEMES = List.of("redis", "rediss");
    private static final int SERVER_PORT = 6379;
    private static final int SENTINEL_PORT = 26_379;
    private static final Pattern SENTINELS =
            Pattern.compile("(rediss?)\\+sentinel://([^/?#]+)/([A-Za-z0-9._-]+)(/[0-9]{1,4})?(\\?[^#]*)?");

    public StoreUrl {
        hosts = List.copyOf(hosts);
    }

    /** Reads what {@link #checked} has taken, other than {@code embedded}. */
    static StoreUrl parse(String text) {
        Matcher sentinels = SENTINELS.matcher(text);
        if (!sentinels.matches()) {
            URI url = parsed(text);
            String number = url.getPath().replace("/", "");
            return of(List.of(url), null, number, text);
        }
        String places = sentinels.group(2);
        int at = places.lastIndexOf('@') + 1;
        List<URI> urls = new ArrayList<>();
        for (String place : places.substring(at).split(",", -1)) {
            urls.add(parsed(sentinels.group(1) + "://" + places.substring(0, at) + place));
        }
        String number = sentinels.group(4) == null ? "" : sentinels.group(4).substring(1);
        return of(urls, sentinels.group(3), number, text);
    }

    private static StoreUrl of(List<URI> urls, @Nullable String master, String number, String text) {
        List<ListenAddress.Tcp> hosts = new ArrayList<>();
        for (URI url : urls) {
            if (url.getHost() == null || url.getPort() == 0 || url.getPort() > 65_535) {
                throw new IllegalArgumentException("'" + masked(text) + "' is no store: expected HOST[:PORT] or"
                        + " [IPV6][:PORT], with commas between Sentinels");
            }
            String host = url.getHost().replaceAll("[\\[\\]]", "");
            hosts.add(new ListenAddress.Tcp(
                    host, url.getPort() > 0 ? url.getPort() : master == null ? SERVER_PORT : SENTINEL_PORT));
        }
        String who = urls.getFirst().getUserInfo();
        int colon = who == null ? -1 : who.indexOf(':');
        String user = who == null || colon <= 0 ? null : who.substring(0, colon);
        String password = who == null ? null : who.substring(colon + 1);
        int question = text.indexOf("?ca=");
        return new StoreUrl(
                hosts,
                master,
                text.startsWith("rediss"),
                question < 0 ? null : Path.of(text.substring(question + 4)),
                user,
                password,
                number.isEmpty() ? 0 : Integer.parseInt(number));
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "StoreUrl[" + hosts + ", " + master + ", tls=" + tls + "]";
    }

    /** Gives {@code text} back; {@link IllegalArgumentException} says what is wrong, and never the password. */
    static String checked(String text) {
        if (text.equals("embedded")) {
            return text;
        }
        if (text.matches("rediss?\\+sentinel:.*")) {
            if (!SENTINELS.matcher(text).matches()) {
                throw new IllegalArgumentException("'" + masked(text) + "' is no store: expected "
                        + text.substring(0, text.indexOf(':'))
                        + "://[USER:PASSWORD@]HOST[:PORT][,HOST…]/MASTER[/NUMBER],"
                        + " with the name that the Sentinels know the server by");
            }
            demandQuery(text.contains("?") ? text.substring(text.indexOf('?') + 1) : null, text);
            parse(text);
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
        if (url.getHost() == null || url.getFragment() != null || url.getPort() > 65_535) {
            throw new IllegalArgumentException("'" + masked(text) + "' is no store: expected " + scheme
                    + "://[USER:PASSWORD@]HOST[:PORT][/NUMBER]");
        }
        if (!url.getPath().matches("(/[0-9]{0,4})?")) {
            throw new IllegalArgumentException("'" + masked(text) + "' is no store: after the host comes at most the"
                    + " number of a database, like /0");
        }
        demandQuery(url.getQuery(), text);
        return text;
    }

    private static void demandQuery(@Nullable String query, String text) {
        boolean authorities = text.startsWith("rediss") && query != null && query.matches("ca=/[^&?]+");
        if (query != null && !authorities) {
            throw new IllegalArgumentException(
                    "'" + masked(text)
                            + "' is no store: after '?' comes at most the file of the authorities of TLS, rediss://…?ca=/FILE.pem");
        }
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
