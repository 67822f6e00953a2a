package org.scpbeforerelay.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.console.follow.Follower;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens and answers over HTTP/1.1, by the JDK's own server. What a visitor may cost is bounded: so many connections, threads and
 * bytes, so much time to ask and to take the answer.
 */
public final class ConsoleServer implements AutoCloseable {
    /** Ends the streams of server-sent events, which begin anew by themselves, before the server ends them as too slow. */
    public static final long STREAM_SECONDS = 300;

    static final int CONNECTIONS_MAX = 192;
    static final int REQUEST_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleServer.class);
    private static final int HEADER_BYTES_MAX = 16 * 1024;
    private static final int BACKLOG = 64;

    private final HttpServer server;
    private final ConsoleThreads threads;
    private final AccessToken token;
    private final Follower follower;
    private final ConsoleRoutes routes;

    static {
        // The server reads these once, when its first class is loaded; nothing else in this process is an HTTP server.
        System.setProperty("sun.net.httpserver.maxReqTime", String.valueOf(REQUEST_SECONDS));
        System.setProperty("sun.net.httpserver.maxRspTime", String.valueOf(STREAM_SECONDS + 30));
        System.setProperty("sun.net.httpserver.maxReqHeaders", "64");
        System.setProperty("sun.net.httpserver.maxReqHeaderSize", String.valueOf(HEADER_BYTES_MAX));
        System.setProperty("sun.net.httpserver.maxIdleConnections", "32");
        System.setProperty(
                "sun.net.httpserver.idleInterval", "30"); // before the first byte: maxReqTime, if that is less
        System.setProperty("sun.net.httpserver.clockTick", "1000"); // how often it looks for those, in milliseconds
        System.setProperty("sun.net.httpserver.drainAmount", "65536");
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("jdk.httpserver.maxConnections", String.valueOf(CONNECTIONS_MAX));
    }

    private ConsoleServer(
            HttpServer server, AccessToken token, Follower follower, ConsoleRoutes routes, ConsoleThreads threads) {
        this.server = server;
        this.token = token;
        this.follower = follower;
        this.routes = routes;
        this.threads = threads;
    }

    /** Begins to listen. The error says what is in the way and what to do. */
    public static ConsoleServer start(ConsoleSettings settings, ConsoleDesk desk, Follower follower)
            throws IOException {
        AccessToken token = AccessToken.readOrMake(settings.tokenFile());
        HttpServer server;
        try {
            server = HttpServer.create(settings.listen(), BACKLOG);
        } catch (BindException e) {
            throw new BindException("the console cannot listen on " + text(settings.listen()) + " (" + e.getMessage()
                    + "); choose another address or port under [console] listen, or stop what holds it: ss -ltnp");
        }
        Door door = new Door(token, settings.hostNames(), server.getAddress().getPort());
        ConsoleThreads threads = new ConsoleThreads();
        ConsoleRoutes routes = new ConsoleRoutes(desk, door, follower, settings.historyDirectory(), threads::known);
        ConsoleServer console = new ConsoleServer(server, token, follower, routes, threads);
        server.createContext("/", console::handle);
        server.setExecutor(threads);
        server.start();
        return console;
    }

    /** Where it listens, with the port that the system chose. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** The page's address with the token, for the operator's eyes. */
    public String addressWithToken() {
        return "http://" + text(reachable(address())) + "/?token=" + token.text();
    }

    /** The page's address without the token. */
    public String where() {
        return "http://" + text(address()) + "/";
    }

    /** How many visits with a wrong token there were. */
    public long failedLogins() {
        return routes.door().throttle().failures();
    }

    /** How many visits were turned away for too many wrong tokens. */
    public long throttledLogins() {
        return routes.door().throttle().turnedAway();
    }

    @Override
    public void close() {
        follower.close();
        // Streams of events wait for the next one: the interrupt ends them.
        threads.close();
        server.stop(0);
    }

    /** A failure goes on to the server: only then does it count the connection no more. */
    private void handle(HttpExchange exchange) throws IOException {
        Visit visit = null;
        try (exchange) {
            CommonHeaders.set(exchange.getResponseHeaders());
            try {
                visit = new Visit(exchange);
                routes.answer(visit);
            } catch (Problem problem) {
                answerProblem(exchange, visit, problem);
            } catch (RuntimeException e) {
                LOG.error("console: {} {} failed", exchange.getRequestMethod(), path(exchange), e);
                answerProblem(exchange, visit, defect());
            }
        } catch (IOException e) {
            LOG.debug("console: a visitor went away: {}", e.getMessage());
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Problem defect() {
        return new Problem(
                500,
                "defect",
                "That was a defect of the console",
                "the daemon's log says more; leases are not touched by it");
    }

    private void answerProblem(HttpExchange exchange, @Nullable Visit visit, Problem problem) throws IOException {
        if (visit != null && visit.isAnswered()) {
            throw new IOException("too late to say what went wrong: an answer had begun");
        }
        ProblemAnswer.send(exchange, visit != null && visit.isForPeople(), problem);
    }

    private static String path(HttpExchange exchange) {
        return String.valueOf(exchange.getRequestURI().getRawPath());
    }

    private static InetSocketAddress reachable(InetSocketAddress bound) {
        return bound.getAddress().isAnyLocalAddress() ? new InetSocketAddress("127.0.0.1", bound.getPort()) : bound;
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
