package org.scpbeforerelay.store.shared.redis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.EngineHealth;
import org.scpbeforerelay.store.shared.LogEngine;
import org.scpbeforerelay.store.shared.RefusedByEngineException;
import org.scpbeforerelay.store.shared.redis.RedisAddress.Place;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * What the doctor asks of an engine: each question on a connection of its own, none of which changes anything. A {@link
 * RefusedByEngineException} is a question that the account may not ask.
 */
public final class RedisProbe {
    private static final int CONNECT_MAX_MS = 2_000;

    private final RedisAddress address;
    private final RedisEngine engine;

    /**
     * What the daemon would find.
     *
     * @param aheadMs how far this host's wall clock is ahead of the engine's, as far as it is certain; negative when behind
     * @param replicas how many replicas are connected
     */
    public record Pulse(long aheadMs, int replicas) {}

    public RedisProbe(RedisAddress address) {
        this.address = address;
        this.engine = new RedisEngine(address);
    }

    /** The server that takes writes, by the way that the daemon finds it. */
    public Place server() throws EngineException {
        return engine.server();
    }

    /** All that the daemon asks at each connection; changes nothing but makes the history's name where there is none. */
    public Pulse pulse() throws EngineException {
        try (LogEngine.Session session = engine.connect()) {
            long askedMs = System.currentTimeMillis();
            LogEngine.Pulse pulse = session.pulse();
            long answeredMs = System.currentTimeMillis();
            long aheadMs =
                    answeredMs < pulse.timeMs() ? answeredMs - pulse.timeMs() : Math.max(0, askedMs - pulse.timeMs());
            return new Pulse(aheadMs, pulse.replicas());
        }
    }

    public EngineHealth health(Place server) throws EngineException {
        return ask(server, true, connection -> {
            connection.sendCommand(Command.INFO);
            return EngineHealth.parse(connection.getBulkReply());
        });
    }

    /** A setting of the engine; empty for one that it does not know. */
    public String setting(Place server, String name) throws EngineException {
        return ask(server, true, connection -> {
            connection.sendCommand(
                    new CommandArguments(Command.CONFIG).add("GET").add(name));
            List<byte[]> pair = connection.getBinaryMultiBulkReply();
            return pair.size() == 2 ? new String(pair.get(1), StandardCharsets.UTF_8) : "";
        });
    }

    /** The replicas as the server says they can be reached. */
    public List<Place> replicas(Place server) throws EngineException {
        return ask(server, true, connection -> {
            connection.sendCommand(Command.ROLE);
            List<Place> replicas = new ArrayList<>();
            List<?> role = (List<?>) connection.getOne();
            for (Object one : (List<?>) role.get(2)) {
                List<?> replica = (List<?>) one;
                replicas.add(new Place(text(replica.get(0)), Integer.parseInt(text(replica.get(1)))));
            }
            return replicas;
        });
    }

    /** Whether anybody may give commands without a password. */
    public boolean isOpenToAll(Place server) throws EngineException {
        try {
            return ask(server, false, connection -> {
                connection.sendCommand(new CommandArguments(Command.GET).add("sbr:epoch"));
                connection.getOne();
                return true;
            });
        } catch (RefusedByEngineException e) {
            return false;
        }
    }

    /** Whether a Sentinel answers. */
    public void sentinel(Place sentinel) throws EngineException {
        ask(sentinel, false, connection -> {
            connection.sendCommand(Command.PING);
            return connection.getStatusCodeReply();
        });
    }

    /** When the server's certificate ends, in milliseconds since 1970; null without TLS. */
    public @Nullable Long certificateEndMs(Place server) throws EngineException {
        if (!address.tls()) {
            return null;
        }
        try {
            SSLSocketFactory own = engine.socketFactory();
            SSLSocketFactory factory = own == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : own;
            try (SSLSocket socket = (SSLSocket) factory.createSocket()) {
                socket.connect(new InetSocketAddress(server.host(), server.port()), CONNECT_MAX_MS);
                socket.setSoTimeout(CONNECT_MAX_MS);
                socket.startHandshake();
                Certificate first = socket.getSession().getPeerCertificates()[0];
                return first instanceof X509Certificate x509
                        ? x509.getNotAfter().toInstant().toEpochMilli()
                        : null;
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new EngineException(server + ": " + RedisEngine.cause(e), e);
        }
    }

    private <T> T ask(Place place, boolean withPassword, Function<Connection, T> question) throws EngineException {
        Connection connection = engine.open(place, withPassword);
        try {
            return question.apply(connection);
        } catch (JedisDataException e) {
            throw new RefusedByEngineException(place + ": " + e.getMessage(), e);
        } catch (JedisException | ClassCastException | IndexOutOfBoundsException | NumberFormatException e) {
            throw new EngineException(place + ": " + RedisEngine.cause(e), e);
        } finally {
            RedisSession.end(connection);
        }
    }

    private static String text(@Nullable Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
    }
}
