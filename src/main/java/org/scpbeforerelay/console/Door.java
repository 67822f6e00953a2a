package org.scpbeforerelay.console;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may come in.
 *
 * <ul>
 *   <li>The {@code Host} must be an IP address, {@code localhost} or a name of this host: a stranger's name that its DNS has turned to
 *       127.0.0.1 (DNS rebinding) is not.
 *   <li>The token, as {@code Authorization: Bearer}, or once as {@code ?token=}, which becomes a cookie: signed, good for a week,
 *       not the token itself.
 *   <li>A visitor by cookie changes things only with the form token of that cookie, and from this console's own pages:
 *       browsers send a cookie along from anywhere on this host, whatever the port.
 * </ul>
 */
final class Door {
    static final long COOKIE_SECONDS = 7 * 86_400;

    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-f:.]+]|[^:\\[\\]]+)(:[0-9]{1,5})?");
    private static final Pattern BEARER = Pattern.compile("(?i)bearer +(\\S+) *");
    private static final Pattern COOKIE_VALUE = Pattern.compile("([0-9]{1,12})\\.([A-Za-z0-9_-]{43})");

    private final AccessToken token;
    private final Set<String> hostNames;

    /** With the port in it: cookies of all ports of a host are one lot, and two consoles would log each other out. */
    private final String cookieName;

    private final LoginThrottle throttle = new LoginThrottle();

    Door(AccessToken token, Set<String> hostNames, int port) {
        this.token = token;
        this.hostNames = hostNames;
        this.cookieName = "scp_before_relay_" + port;
    }

    /** How those who came with a wrong token fared. */
    LoginThrottle throttle() {
        return throttle;
    }

    /** Refuses who asks for another host than this. */
    void checkHost(Visit visit) throws Problem {
        String host = visit.header("Host").orElse("").toLowerCase(Locale.ROOT);
        if (!isOurs(host)) {
            throw new Problem(
                    421,
                    "wrong-host",
                    "This is not the host that was asked for",
                    "the console answers to IP addresses, localhost and this host's own name; a proxy before it must send"
                            + " 'Host: 127.0.0.1'");
        }
    }

    private boolean isOurs(String host) {
        Matcher parts = HOST.matcher(host);
        if (!parts.matches()) {
            return false;
        }
        String name = parts.group(1).replaceAll("[\\[\\]]", "").replaceAll("\\.$", "");
        return name.equals("localhost")
                || hostNames.contains(name)
                || ClientAddress.tryParse(name).isPresent();
    }

    /** Refuses who does not show the token or its cookie; remembers what forms of this visitor must bring. */
    void checkVisitor(Visit visit, Moment now) throws Problem {
        Optional<String> header = visit.header("Authorization");
        Optional<String> cookie = cookie(visit);
        if (header.isEmpty() && cookie.isEmpty()) {
            throw unknown(
                    "this needs the console's token: 'scp-before-relay console' on the relay host prints the address"
                            + " with it; programs send 'Authorization: Bearer TOKEN'");
        }
        if (header.isPresent()) {
            Matcher bearer = BEARER.matcher(header.get());
            if (!bearer.matches() || !token.is(bearer.group(1))) {
                throw failed(visit, now, "this is not the console's token");
            }
            return;
        }
        if (!isFresh(cookie.get(), now)) {
            throw failed(visit, now, "this login is over; open the address that 'scp-before-relay console' prints");
        }
        visit.bringsFormToken(token.sign("form " + cookie.get()));
    }

    /** Whether this is the token; a {@link Problem} when it is not. */
    void checkToken(Visit visit, String claimed, Moment now) throws Problem {
        if (!token.is(claimed)) {
            throw failed(visit, now, "this is not the console's token");
        }
    }

    /** The cookie of who has shown the token. */
    String newCookie(Moment now) {
        String issued = String.valueOf(now.wallMs() / 1000);
        return cookieName + "=" + issued + "." + token.sign("login " + issued) + "; Path=/; Max-Age=" + COOKIE_SECONDS
                + "; HttpOnly; SameSite=Strict";
    }

    /** Refuses a change that a page of somebody else may have caused. A visitor without a cookie has none to be abused. */
    void checkChange(Visit visit, @Nullable String claimedFormToken) throws Problem {
        String formToken = visit.formToken();
        if (formToken == null) {
            return;
        }
        boolean ownPage = visit.header("Origin")
                .map(origin -> origin.equals("http://" + visit.header("Host").orElse(""))
                        || origin.equals("https://" + visit.header("Host").orElse("")))
                .orElse(true);
        boolean ownSite = visit.header("Sec-Fetch-Site")
                .map(site -> site.equals("same-origin") || site.equals("none"))
                .orElse(true);
        if (!ownPage || !ownSite || claimedFormToken == null || !AccessToken.same(formToken, claimedFormToken)) {
            throw new Problem(
                    403,
                    "cross-site",
                    "This did not come from the console's own page",
                    "open the page anew and try again; programs send 'Authorization: Bearer TOKEN' and no cookie");
        }
    }

    private boolean isFresh(String cookie, Moment now) {
        Matcher value = COOKIE_VALUE.matcher(cookie);
        if (!value.matches()) {
            return false;
        }
        boolean genuine = AccessToken.same(token.sign("login " + value.group(1)), value.group(2));
        return genuine && now.wallMs() / 1000 - Long.parseLong(value.group(1)) < COOKIE_SECONDS;
    }

    private Optional<String> cookie(Visit visit) {
        for (String pair : visit.header("Cookie").orElse("").split(";")) {
            if (pair.strip().startsWith(cookieName + "=")) {
                return Optional.of(pair.strip().substring(cookieName.length() + 1));
            }
        }
        return Optional.empty();
    }

    /** What a wrong token is told. The right one never comes here: a neighbour's guesses lock nobody out. */
    private Problem failed(Visit visit, Moment now, String detail) {
        long heldBackMs = throttle.heldBackMs(visit.peer(), now.monotonicMs());
        if (heldBackMs > 0) {
            return tooMany(visit, heldBackMs / 1000 + 1);
        }
        int failures = throttle.failed(visit.peer(), now.monotonicMs());
        if (failures == 1) {
            LOG.warn("console: a wrong token from {}; more of this minute are not logged", visit.peer());
        } else if (failures == LoginThrottle.FAILURES_MAX) {
            LOG.warn(
                    "console: {} wrong tokens from {} in a minute: more are turned away for the rest of it",
                    failures,
                    visit.peer());
        }
        return unknown(detail);
    }

    private static Problem tooMany(Visit visit, long seconds) {
        return new Problem(
                        429,
                        "too-many-attempts",
                        "Too many wrong tokens",
                        "this one is wrong too, and those that come from " + visit.peer() + " in the next " + seconds
                                + " s are not counted; the right one opens at any time")
                .retryAfter(seconds);
    }

    private static Problem unknown(String detail) {
        return new Problem(401, "token-needed", "Who is there?", detail);
    }
}
