package org.scpbeforerelay.source.ssh;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.core.CoreModuleProperties;

/**
 * Announces by legacy scp from inside this process, one new connection each time, to any server that speaks it: ours or
 * OpenSSH's. Safe from many threads. For tests and benchmarks: it believes every host key.
 */
public final class AnnouncingClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Servers that are killed in the middle are what some tests are about. Kept strongly, or the level is forgotten. */
    private static final Logger LIBRARY = Logger.getLogger("org.apache.sshd.client");

    static {
        CurveProvider.register(); // as the daemon does
        LIBRARY.setLevel(Level.OFF);
    }

    private final SshClient client = SshClient.setUpDefaultClient();
    private final InetSocketAddress server;
    private final KeyPair key;

    /** A client of this server with this key. */
    public AnnouncingClient(InetSocketAddress server, KeyPair key) {
        this.server = server;
        this.key = key;
        client.setServerKeyVerifier((session, address, hostKey) -> true);
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        CoreModuleProperties.TCP_NODELAY.set(client, true); // or each copy waits 40 ms for a delayed acknowledgement
        client.start();
    }

    /** A client that speaks only this key exchange and takes only Ed25519 host keys: two servers are then asked for the same work. */
    public static AnnouncingClient by(String exchange, InetSocketAddress server, KeyPair key) {
        AnnouncingClient client = new AnnouncingClient(server, key);
        client.client.setKeyExchangeFactories(NamedFactory.setUpTransformedFactories(
                false,
                List.of(Objects.requireNonNull(BuiltinDHFactories.fromFactoryName(exchange))),
                ClientBuilder.DH2KEX));
        client.client.setSignatureFactories(List.of(BuiltinSignatures.ed25519));
        return client;
    }

    /** A fresh key. */
    static KeyPair makeKey() {
        try {
            return KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The line of authorized_keys for a key. */
    public static String line(KeyPair key) {
        return PublicKeyEntry.toString(key.getPublic());
    }

    /**
     * What came of a copy.
     *
     * @param status the exit status of the other side; 0 only when the lease is recorded
     * @param text what the other side said, without its acknowledgements
     */
    public record Copy(int status, String text) {}

    /** Copies one small file. */
    public Copy scp(String login, String name, String content) throws IOException {
        return scp(login, name, content, new InetSocketAddress(0));
    }

    /** The same from one of this machine's own addresses, such as any of 127.0.0.0/8. */
    public Copy scp(String login, String name, String content, InetSocketAddress from) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        byte[] sent =
                ("C0644 " + content.length() + " " + name + "\n" + content + "\0").getBytes(StandardCharsets.UTF_8);
        try (ClientSession session = client.connect(
                        login, server, from.getAddress().isAnyLocalAddress() ? null : from)
                .verify(PATIENCE)
                .getClientSession()) {
            session.addPublicKeyIdentity(key);
            session.auth().verify(PATIENCE);
            try (ChannelExec channel = session.createExecChannel("scp -t .")) {
                channel.setIn(new ByteArrayInputStream(sent));
                channel.setOut(said);
                channel.setErr(said);
                channel.open().verify(PATIENCE);
                channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), PATIENCE);
                Integer status = channel.getExitStatus();
                return new Copy(
                        status == null ? -1 : status,
                        said.toString(StandardCharsets.UTF_8)
                                .replaceAll("[\\x00-\\x08]", "")
                                .strip());
            }
        }
    }

    @Override
    public void close() {
        client.stop();
    }
}
