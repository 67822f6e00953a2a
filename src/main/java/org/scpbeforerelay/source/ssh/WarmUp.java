package org.scpbeforerelay.source.ssh;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.source.ssh.upload.ScpSink;

/**
 * Copies a few dozen files to a door of its own, so that the first real clients do not wait for classes to be loaded and code
 * to be compiled. The door is on loopback, stands open for that time only, lets in nobody but a key that is made up here and
 * forgotten, and leads nowhere: what comes in is read and dropped.
 */
final class WarmUp {
    private static final int COPIES = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final byte[] COPY = "C0644 14 warm-up-ip\n203.0.113.7 0\n\0".getBytes(StandardCharsets.US_ASCII);

    private WarmUp() {}

    /** Does it all; meant for a thread of low priority. */
    static void run(KeyPairProvider hostKeys) throws IOException, GeneralSecurityException {
        KeyPair key = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        try (SshServer door = door(hostKeys, key);
                SshClient client = SshClient.setUpDefaultClient()) {
            door.start();
            client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
            client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
            client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
            CoreModuleProperties.TCP_NODELAY.set(client, true);
            CoreModuleProperties.NIO_WORKERS.set(client, 1);
            client.start();
            for (int i = 0; i < COPIES && !Thread.currentThread().isInterrupted(); i++) {
                copy(client, door.getPort(), key);
            }
        }
    }

    private static void copy(SshClient client, int port, KeyPair key) throws IOException {
        try (ClientSession session =
                client.connect("warm-up", "127.0.0.1", port).verify(PATIENCE).getClientSession()) {
            session.addPublicKeyIdentity(key);
            session.auth().verify(PATIENCE);
            try (ChannelExec channel = session.createExecChannel("scp -t .")) {
                channel.setIn(new ByteArrayInputStream(COPY));
                channel.setOut(new ByteArrayOutputStream());
                channel.setErr(new ByteArrayOutputStream());
                channel.open().verify(PATIENCE);
                channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), PATIENCE);
            }
        }
    }

    private static SshServer door(KeyPairProvider hostKeys, KeyPair key) {
        SshServer door = ServerBuilder.builder().build(true);
        Algorithms.offerOn(door);
        door.setKeyPairProvider(hostKeys);
        door.setUserAuthFactories(List.of(new PublicKeyProof.Factory()));
        door.setPublickeyAuthenticator((login, shown, session) -> KeyUtils.compareKeys(shown, key.getPublic()));
        door.setChannelFactories(List.of(AnnouncingChannel.FACTORY));
        door.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        door.setCommandFactory((channel, command) ->
                new ChannelCommand(channel, line -> new ScpSink(".", (path, content) -> nowhere(content), line)));
        CoreModuleProperties.NIO_WORKERS.set(door, 1);
        CoreModuleProperties.TCP_NODELAY.set(door, true);
        door.setHost("127.0.0.1");
        door.setPort(0);
        return door;
    }

    private static CompletableFuture<Verdict> nowhere(byte[] content) {
        return CompletableFuture.completedFuture(
                switch (AnnouncementFile.parse(content)) {
                    case AnnouncementFile.Claims claims -> new Verdict.Granted(List.of(), List.of());
                    case AnnouncementFile.Unreadable unreadable -> unreadable.refused();
                });
    }
}
