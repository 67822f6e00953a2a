package org.scpbeforerelay.source.ssh;

import java.net.SocketAddress;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.server.session.ServerSessionImpl;

/**
 * The library's session, which knows a client's address beside that of a proxy, and asks for the wrong one where it holds a
 * certificate's {@code source-address} against it. Connections are counted for a user, not for a login name, of which a user
 * has as many as device names.
 */
final class Arrival extends ServerSessionImpl {
    private final EndpointServer server;

    Arrival(EndpointServer server, IoSession connection) throws Exception {
        super(server, connection);
        this.server = server;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return getClientAddress();
    }

    @Override
    public int getActiveSessionCountForUser(String login) {
        Identity identity = getAttribute(KeyCheck.IDENTITY);
        return identity == null ? 0 : server.connections().of(identity.user());
    }
}
