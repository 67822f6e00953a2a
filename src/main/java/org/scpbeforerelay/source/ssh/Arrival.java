package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.helpers.KeyExchangeMessageHandler;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.ServerSessionImpl;

/**
 * The library's session, with what the library leaves open.
 *
 * <p>It queues whatever it has to say without a bound: a client that asks and does not read, or does not end a key exchange, is
 * closed when {@link #UNWRITTEN_MAX} bytes wait for it. Nobody's thread ever waits for a client. Before the proof, only what
 * leads to it is listened to ({@link BeforeProof}); who was told to go is not listened to at all. Connections are counted for
 * a user, not for a login name, of which a user has as many as device names. And a client's address, beside that of a proxy,
 * is what a certificate's {@code source-address} is held against.
 */
final class Arrival extends ServerSessionImpl {
    /** What a client is closed for: "the client, which …". */
    static final String UNREAD = "does not read what it is answered";

    static final String TOO_MUCH = "leaves more unfinished, with all its connections, than is kept for a user";

    /** More than the answers to all that any client asks before it reads. */
    static final int UNWRITTEN_MAX = 128 * 1024;

    /** What a packet that waits takes besides its bytes. */
    private static final int PACKET_COST = 256;

    /** RFC 4253 section 6.1: who has not agreed on more cannot rely on it, and here nobody agrees on more. */
    private static final int PACKET_MAX = 35_000;

    private static final int READING_A_PACKET = 1;

    private final EndpointServer server;
    private final BeforeProof beforeProof = new BeforeProof();
    private final AtomicLong unwritten = new AtomicLong();
    private volatile boolean dismissed;
    private long counted;

    Arrival(EndpointServer server, IoSession connection) throws Exception {
        super(server, connection);
        this.server = server;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return getClientAddress();
    }

    @Override
    public void messageReceived(Readable bytes) throws Exception {
        if (dismissed || isClosing()) {
            return;
        }
        if (!isAuthenticated() && !beforeProof.mayCome(bytes.available())) {
            close(true);
            return;
        }
        super.messageReceived(bytes);
        count();
        if (decoderState == READING_A_PACKET && decoderLength > PACKET_MAX) {
            close(true);
        }
    }

    /** What is kept grows by what comes in, here and by way of the answers. */
    private void count() {
        Connection connection = getAttribute(Connection.KEY);
        if (connection == null) {
            return;
        }
        long now = decoderBuffer.capacity() + unwritten.get();
        boolean bearable = connection.kept().change(now - counted);
        counted = now;
        if (!bearable) {
            closeFor(TOO_MUCH);
        }
    }

    @Override
    protected void doHandleMessage(Buffer message) throws Exception {
        if (dismissed || isClosing()) {
            return; // it came in one piece with what it was told to go for
        }
        int type = message.rawByte(message.rpos()) & 0xff;
        boolean belongs = isAuthenticated() ? type != SshConstants.SSH_MSG_SERVICE_REQUEST : beforeProof.maySay(type);
        if (!belongs) {
            throw new SshException(
                    SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR,
                    SshConstants.getCommandMessageName(type) + " does not belong here");
        }
        super.doHandleMessage(message);
    }

    @Override
    public void disconnect(int reason, String why) throws IOException {
        dismissed = true;
        super.disconnect(reason, why);
    }

    /** The library would have the threads that answer wait for the end of a key exchange, for as long as the client likes. */
    @Override
    protected KeyExchangeMessageHandler initializeKeyExchangeMessageHandler() {
        return new KeyExchangeMessageHandler(this, log) {
            @Override
            protected boolean isBlockAllowed(int type) {
                return false;
            }
        };
    }

    @Override
    public IoWriteFuture writePacket(Buffer packet) throws IOException {
        int cost = begin(packet);
        return written(cost, super.writePacket(packet));
    }

    @Override
    public IoWriteFuture writePacket(Buffer packet, long timeout, TimeUnit unit) throws IOException {
        int cost = begin(packet);
        return written(cost, super.writePacket(packet, timeout, unit));
    }

    private int begin(Buffer packet) throws IOException {
        if (unwritten.get() > UNWRITTEN_MAX) {
            closeFor(UNREAD);
            throw new SshException("the client does not read what it is answered");
        }
        int cost = packet.capacity() + PACKET_COST;
        unwritten.addAndGet(cost);
        return cost;
    }

    private IoWriteFuture written(int cost, IoWriteFuture future) {
        return future.addListener(done -> unwritten.addAndGet(-cost));
    }

    /** Closes the connection for what its client does. */
    void closeFor(String what) {
        if (!isClosing()) {
            server.doorkeeper().closes(this, what);
            close(true);
        }
    }

    @Override
    public int getActiveSessionCountForUser(String login) {
        Identity identity = getAttribute(KeyCheck.IDENTITY);
        return identity == null ? 0 : server.connections().of(identity.user());
    }
}
