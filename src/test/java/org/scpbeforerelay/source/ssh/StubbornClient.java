package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.ClientFactoryManager;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession.ClientSessionEvent;
import org.apache.sshd.client.session.ClientSessionImpl;
import org.apache.sshd.client.session.SessionFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.core.CoreModuleProperties;

/** A client with a key that does what no client should: does not read, ends no key exchange, opens no window. */
final class StubbornClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Kept strongly, or the level is forgotten. */
    private static final Logger LIBRARY = Logger.getLogger("org.apache.sshd.client");

    private static final Logger LINES = Logger.getLogger(Line.class.getName());

    static {
        CurveProvider.register(); // as the daemon does
        LIBRARY.setLevel(Level.OFF);
        LINES.setLevel(Level.OFF);
    }

    private final SshClient client =
            ClientBuilder.builder().factory(Client::new).build(true);
    private final InetSocketAddress server;

    StubbornClient(InetSocketAddress server) {
        this.server = server;
        client.setServerKeyVerifier((session, address, hostKey) -> true);
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        CoreModuleProperties.TCP_NODELAY.set(client, true);
        CoreModuleProperties.SOCKET_RCVBUF.set(client, 4096);
        client.start();
    }

    private static final class Client extends SshClient {
        @Override
        protected SessionFactory createSessionFactory() {
            return new SessionFactory(this) {
                @Override
                protected ClientSessionImpl doCreateSession(IoSession connection) throws Exception {
                    return new Line(getClient(), connection);
                }
            };
        }
    }

    /** A connection that has exchanged keys and proved nothing. */
    Line connect(String login) throws IOException {
        Line line = (Line) client.connect(login, server).verify(PATIENCE).getSession();
        line.waitFor(EnumSet.of(ClientSessionEvent.WAIT_AUTH), PATIENCE);
        return line;
    }

    /** A connection that has proved who it is. */
    Line connect(String login, KeyPair key) throws IOException {
        Line line = connect(login);
        line.addPublicKeyIdentity(key);
        line.auth().verify(PATIENCE);
        return line;
    }

    @Override
    public void close() {
        client.stop();
    }

    /** One connection. */
    static final class Line extends ClientSessionImpl {
        private volatile boolean deaf;

        private Line(ClientFactoryManager client, IoSession connection) throws Exception {
            super(client, connection);
        }

        @Override
        protected void doHandleMessage(Buffer message) throws Exception {
            if (!deaf) {
                super.doHandleMessage(message);
            }
        }

        /** Reads from now on, and does nothing of what it is told. */
        void goDeaf() {
            deaf = true;
        }

        /** Reads nothing any more. */
        void stopReading() {
            getIoSession().suspendRead();
        }

        /** Whether the server closes it. */
        boolean waitForEnd() {
            return waitFor(EnumSet.of(ClientSessionEvent.CLOSED), PATIENCE).contains(ClientSessionEvent.CLOSED);
        }

        /** Begins a key exchange that will never end. */
        void beginExchange() throws Exception {
            goDeaf();
            sendKexInit();
        }

        Buffer message(int type) {
            return createBuffer((byte) type, 64);
        }

        /** Sends, whatever the order of a key exchange is. */
        IoWriteFuture say(Buffer message) throws IOException {
            return doWritePacket(message);
        }

        /** Opens a channel with so much room for answers; the server numbers them from 0. */
        void openChannel(int number, long window) throws IOException {
            Buffer open = message(SshConstants.SSH_MSG_CHANNEL_OPEN);
            open.putString("session");
            open.putUInt(number);
            open.putUInt(window);
            open.putUInt(32 * 1024);
            say(open);
        }

        /** Asks for a command or a subsystem. */
        void ask(int channel, String request, String what) throws IOException {
            Buffer ask = message(SshConstants.SSH_MSG_CHANNEL_REQUEST);
            ask.putUInt(channel);
            ask.putString(request);
            ask.putBoolean(false);
            ask.putString(what);
            say(ask);
        }

        /** Sends bytes. */
        IoWriteFuture data(int channel, byte[] bytes) throws IOException {
            Buffer data = createBuffer(SshConstants.SSH_MSG_CHANNEL_DATA, bytes.length + 64);
            data.putUInt(channel);
            data.putBytes(bytes);
            return say(data);
        }

        /** An SFTP request of this type about a path. */
        static byte[] sftp(int type, String path) {
            Buffer request = new ByteArrayBuffer(path.length() + 32, false);
            request.putUInt(1 + 4 + 4 + path.length());
            request.putByte((byte) type);
            request.putUInt(1);
            request.putString(path, StandardCharsets.US_ASCII);
            return request.getCompactData();
        }
    }
}
