package org.scpbeforerelay.source.ssh;

import java.net.SocketAddress;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.server.ServerFactoryManager;
import org.apache.sshd.server.session.ServerSessionImpl;
import org.apache.sshd.server.session.SessionFactory;

/**
 * The library's session, which knows a client's address beside that of a proxy, and asks for the wrong one where it holds a
 * certificate's {@code source-address} against it.
 */
final class Arrival extends ServerSessionImpl {
    /** Makes one for each connection. */
    static final class Factory extends SessionFactory {
        Factory(ServerFactoryManager server) {
            super(server);
        }

        @Override
        protected ServerSessionImpl doCreateSession(IoSession connection) throws Exception {
            return new Arrival(getServer(), connection);
        }
    }

    private Arrival(ServerFactoryManager server, IoSession connection) throws Exception {
        super(server, connection);
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return getClientAddress();
    }
}
