package org.scpbeforerelay.store.shared.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.LogEngine;
import org.scpbeforerelay.store.shared.redis.RedisAddress.Place;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** Redis, found by its address or by asking Sentinels (https://redis.io/docs/latest/develop/reference/sentinel-clients/). */
public final class RedisEngine implements LogEngine {
    private static final int CONNECT_MAX_MS = 2_000;

    /** How long an answer may take: an announcement waits for one, and goes on without the engine after it. */
    static final int ANSWER_MAX_MS = 2_000;

    private final RedisAddress address;

    public RedisEngine(RedisAddress address) {
        this.address = address;
    }

    @Override
    public Session connect() throws EngineException {
        Place server = server();
        Connection writing = open(server, true);
        try {
            Connection reading = open(server, true);
            return new RedisSession(server, writing, reading);
        } catch (EngineException | RuntimeException e) {
            RedisSession.end(writing);
            throw e;
        }
    }

    @Override
    public String describe() {
        return address.toString();
    }

    /** The server itself, or the one that a Sentinel names. */
    Place server() throws EngineException {
        return address.master() == null ? address.hosts().getFirst() : askSentinels();
    }

    private Place askSentinels() throws EngineException {
        String master = String.valueOf(address.master());
        EngineException last = new EngineException("no Sentinel is named");
        for (Place sentinel : address.hosts()) {
            try {
                Connection connection = open(sentinel, false);
                try {
                    connection.sendCommand(Command.SENTINEL, "get-master-addr-by-name", master);
                    List<byte[]> found = connection.getBinaryMultiBulkReply();
                    if (found != null && found.size() == 2) {
                        return new Place(text(found.getFirst()), Integer.parseInt(text(found.getLast())));
                    }
                    last = new EngineException("the Sentinel at " + sentinel + " knows no '" + master + "'");
                } finally {
                    RedisSession.end(connection);
                }
            } catch (JedisException | NumberFormatException e) {
                last = new EngineException("the Sentinel at " + sentinel + ": " + e.getMessage(), e);
            } catch (EngineException e) {
                last = e;
            }
        }
        throw last;
    }

    Connection open(Place place, boolean isServer) throws EngineException {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(CONNECT_MAX_MS)
                .socketTimeoutMillis(ANSWER_MAX_MS)
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        if (isServer) {
            config.database(address.database());
            if (address.password() != null) {
                config.user(address.user()).password(address.password());
            }
        }
        try {
            if (address.tls()) {
                SSLParameters parameters = new SSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                config.ssl(true).sslParameters(parameters);
                SSLSocketFactory factory = socketFactory();
                if (factory != null) {
                    config.sslSocketFactory(factory);
                }
            }
            Connection connection = new Connection(new HostAndPort(place.host(), place.port()), config.build());
            connection.connect();
            return connection;
        } catch (JedisException | IOException | GeneralSecurityException e) {
            throw new EngineException(place + ": " + cause(e), e);
        }
    }

    /** Null where Java knows whom to trust. */
    @Nullable
    SSLSocketFactory socketFactory() throws IOException, GeneralSecurityException {
        Path authorities = address.authorities();
        return authorities == null ? null : trusting(authorities);
    }

    private static SSLSocketFactory trusting(Path authorities) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        int number = 0;
        try (InputStream in = Files.newInputStream(authorities)) {
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("authority-" + number++, one);
            }
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    /** What lies below: "Failed to connect" says less than "Connection refused". */
    static String cause(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        String said = deepest.getMessage();
        return said == null ? deepest.getClass().getSimpleName() : said;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
