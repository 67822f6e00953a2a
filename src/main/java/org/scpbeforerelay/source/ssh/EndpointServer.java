package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.session.ServerSessionImpl;
import org.apache.sshd.server.session.SessionFactory;

/** MINA's server, which otherwise knows one port only and its own kind of session, with the endpoint's limits. */
final class EndpointServer extends SshServer {
    private static final int AUTH_ATTEMPTS = 6;
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final Doorkeeper doorkeeper;
    private final Connections connections;

    private EndpointServer(Doorkeeper doorkeeper, Connections connections) {
        this.doorkeeper = doorkeeper;
        this.connections = connections;
    }

    static EndpointServer of(EndpointSettings settings, Doorkeeper doorkeeper, Connections connections) {
        EndpointServer server = (EndpointServer) ServerBuilder.builder()
                .factory(() -> new EndpointServer(doorkeeper, connections))
                .build(true);
        server.limit(settings);
        return server;
    }

    Doorkeeper doorkeeper() {
        return doorkeeper;
    }

    Connections connections() {
        return connections;
    }

    void listenAlsoOn(SocketAddress address) throws IOException {
        acceptor.bind(address);
    }

    @Override
    protected SessionFactory createSessionFactory() {
        return new Arrivals(this);
    }

    /** Makes one session for each connection. */
    private static final class Arrivals extends SessionFactory {
        private final EndpointServer server;

        Arrivals(EndpointServer server) {
            super(server);
            this.server = server;
        }

        @Override
        protected ServerSessionImpl doCreateSession(IoSession connection) throws Exception {
            return new Arrival(server, connection);
        }
    }

    private void limit(EndpointSettings settings) {
        CoreModuleProperties.SERVER_IDENTIFICATION.set(this, settings.identification());
        CoreModuleProperties.AUTH_TIMEOUT.set(this, settings.loginGrace());
        CoreModuleProperties.IDLE_TIMEOUT.set(this, IDLE);
        // Counted are all requests: also the "none" with which clients begin and the proof after the question.
        CoreModuleProperties.MAX_AUTH_REQUESTS.set(this, AUTH_ATTEMPTS + 2);
        CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(this, 10);
        CoreModuleProperties.MAX_CONCURRENT_SESSIONS.set(this, settings.maxConnectionsPerUser());
        CoreModuleProperties.TCP_NODELAY.set(this, true);
        CoreModuleProperties.SOCKET_BACKLOG.set(this, 512);
        CoreModuleProperties.NIO2_READ_BUFFER_SIZE.set(this, 4096);
        CoreModuleProperties.WINDOW_SIZE.set(this, 128L * 1024);
        CoreModuleProperties.MAX_PACKET_SIZE.set(this, 32L * 1024);
    }
}
