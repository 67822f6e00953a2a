package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelListener;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.apache.sshd.server.subsystem.SubsystemFactory;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.source.ssh.upload.ClientLine;
import org.scpbeforerelay.source.ssh.upload.Conversation;
import org.scpbeforerelay.source.ssh.upload.ScpSink;
import org.scpbeforerelay.source.ssh.upload.SftpSink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SSH endpoint: listens, lets in who has a key, hands them what they may do.
 *
 * <p>May be started once and closed once. {@link #reload} may be called at any time from any thread. A connection costs no
 * thread; answers are written by a few threads of the endpoint's own, so that neither the registry nor I/O waits for the
 * other.
 */
public final class SshEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SshEndpoint.class);

    static {
        CurveProvider.register();
    }

    private final EndpointSettings settings;
    private final Registry registry;
    private @Nullable HostKeys hostKeys;
    private final Connections connections = new Connections();
    private final AnsweringThreads answering = new AnsweringThreads();
    private final ScheduledExecutorService timer;
    private final LibraryLog libraryLog;
    private final Doorkeeper doorkeeper;
    private final EndpointServer server;
    private volatile Keyring keyring;

    /** An endpoint that is yet to be {@linkplain #start started}. */
    public SshEndpoint(EndpointSettings settings, Registry registry, Clock clock, Keyring keyring) {
        this.settings = settings;
        this.registry = registry;
        this.keyring = keyring;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("ssh-timer").daemon().factory());
        this.libraryLog = new LibraryLog(clock);
        ProxyLog proxyLog = new ProxyLog(clock);
        this.doorkeeper = new Doorkeeper(settings, clock, proxyLog);
        this.server = EndpointServer.of(settings, doorkeeper, connections);
        setUp(proxyLog);
    }

    /** Loads or makes the host keys and listens. The error names the file or address, and the remedy. */
    public void start() throws IOException {
        HostKeys keys = HostKeys.loadOrMake(settings.hostKeys());
        hostKeys = keys;
        server.setKeyPairProvider(keys);
        List<InetSocketAddress> addresses = withoutShadowed(settings.listen());
        if (addresses.isEmpty()) {
            return;
        }
        InetSocketAddress listening = addresses.getFirst();
        try {
            server.setHost(listening.getAddress().getHostAddress());
            server.setPort(listening.getPort());
            server.start();
            for (InetSocketAddress address : addresses.subList(1, addresses.size())) {
                listening = address;
                server.listenAlsoOn(address);
            }
        } catch (IOException e) {
            close();
            throw new IOException(
                    "cannot listen on " + listening.getAddress().getHostAddress() + " port " + listening.getPort()
                            + ": " + e.getMessage() + "; set another [ssh] listen, or stop what holds it (ss -ltnp)",
                    e);
        }
        registry.listen(this::onLease);
        LOG.info("SSH endpoint listens on {}", boundAddresses());
    }

    /** Where it listens, with the ports that were found for port 0; empty before {@link #start}. */
    public List<InetSocketAddress> boundAddresses() {
        if (!server.isStarted()) {
            return List.of();
        }
        List<InetSocketAddress> bound = new ArrayList<>();
        for (SocketAddress address : server.getBoundAddresses()) {
            if (address instanceof InetSocketAddress internet) {
                bound.add(internet);
            }
        }
        bound.sort(Comparator.comparing(InetSocketAddress::toString));
        return bound;
    }

    /** How many connections have proved who they are and are open. */
    public int connectionCount() {
        return connections.count();
    }

    /** What it has counted. */
    public SshStatistics statistics() {
        return doorkeeper.statistics();
    }

    /**
     * Takes new keys and proxies into force, and closes the connections of keys and users that are no more, and those whose address
     * is no longer believed.
     */
    public void reload(Keyring newKeyring, List<Network> proxies) {
        keyring = newKeyring;
        doorkeeper.reload(proxies);
        for (Connection connection : connections.all()) {
            if (!newKeyring.upholds(connection.visitor().identity())) {
                connection.end("your key or user was removed, disabled or changed by the operator of this host");
            } else if (!doorkeeper.upholds(connection.session())) {
                connection.end("the proxies in front of this host have changed; connect again");
            }
        }
    }

    @Override
    public void close() {
        try {
            server.stop(true);
        } catch (IOException e) {
            LOG.warn("the SSH endpoint did not close cleanly: {}", e.getMessage());
        }
        HostKeys keys = hostKeys;
        if (keys != null) {
            keys.close();
        }
        timer.shutdownNow();
        answering.close();
        libraryLog.close();
    }

    private void setUp(ProxyLog proxyLog) {
        Algorithms.offerOn(server);
        server.setUserAuthFactories(List.of(new PublicKeyProof.Factory()));
        server.setPublickeyAuthenticator(new KeyCheck(() -> keyring));
        server.setChannelFactories(List.of(AnnouncingChannel.FACTORY));
        server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        server.setGlobalRequestHandlers(List.of(KeepAliveHandler.INSTANCE, new HoldRequest()));
        server.setShellFactory(channel -> command(channel, List.of()));
        server.setCommandFactory((channel, line) -> command(
                channel,
                CommandWords.split(line).orElse(List.of("(this command line is too long or has an open quote)"))));
        server.setSubsystemFactories(List.of(new SubsystemFactory() {
            @Override
            public String getName() {
                return "sftp";
            }

            @Override
            public Command createSubsystem(ChannelSession channel) throws IOException {
                Visitor visitor = visitor(channel);
                return new ChannelCommand(channel, line -> new SftpSink(visitor, line));
            }
        }));
        server.setServerProxyAcceptor(new ProxyDoor(doorkeeper, proxyLog));
        server.addSessionListener(doorkeeper);
        server.addSessionListener(new Welcome());
        server.addChannelListener(new ChannelListener() {
            @Override
            public void channelOpenSuccess(Channel channel) {
                Connection connection = channel.getSession().getAttribute(Connection.KEY);
                if (connection != null) {
                    connection.openedChannel();
                }
            }
        });
    }

    /** Greets who has proved who it is, and sees it off. */
    private final class Welcome implements SessionListener {
        @Override
        public void sessionEvent(Session session, Event event) {
            Identity identity = session.getAttribute(KeyCheck.IDENTITY);
            ClientAddress address = Doorkeeper.addressOf(session);
            if (event != Event.Authenticated || identity == null || address == null) {
                return;
            }
            Visitor visitor = new Visitor(identity, address, registry, () -> keyring, answering);
            Connection connection = new Connection(session, visitor, connections.keptFor(identity.user()), timer);
            session.setAttribute(Connection.KEY, connection);
            connections.add(connection);
            timer.schedule(connection::mayHold, Connection.WITHOUT_CHANNEL_MS, TimeUnit.MILLISECONDS);
            if (!keyring.knows(identity.user())) {
                connection.end("your user was removed by the operator of this host"); // between its proof and now
            }
            if (!doorkeeper.upholds(session)) {
                connection.end("the proxies in front of this host have changed; connect again");
            }
        }

        @Override
        public void sessionClosed(Session session) {
            Connection connection = session.getAttribute(Connection.KEY);
            if (connection != null) {
                connections.remove(connection);
                connection.closed();
            }
        }
    }

    private Command command(ChannelSession channel, List<String> words) throws IOException {
        Visitor visitor = visitor(channel);
        Function<ClientLine, Conversation> conversation =
                line -> isScp(words) ? scp(words, visitor, line) : new SpokenCommand(words, visitor, line);
        return new ChannelCommand(channel, conversation);
    }

    private static boolean isScp(List<String> words) {
        return !words.isEmpty()
                && (words.getFirst().equals("scp") || words.getFirst().endsWith("/scp"));
    }

    /** {@code scp [-v -p -r -d …] -t [--] PATH}; without {@code -t} something is to be fetched, and there is nothing. */
    private static Conversation scp(List<String> words, Visitor visitor, ClientLine line) {
        boolean sink = words.stream().anyMatch(word -> word.matches("-[a-zA-Z]*t[a-zA-Z]*"));
        return sink
                ? new ScpSink(words.getLast(), visitor, line)
                : new SpokenCommand(List.of("(nothing can be fetched here)"), visitor, line);
    }

    private static Visitor visitor(ChannelSession channel) throws IOException {
        Connection connection = channel.getSession().getAttribute(Connection.KEY);
        if (connection == null) {
            throw new IOException("not authenticated");
        }
        return connection.visitor();
    }

    private void onLease(LeaseEvent event) {
        switch (event) {
            case LeaseEvent.Revoked(Lease lease, String why, long atMs) -> release(lease, "was ended: " + why);
            case LeaseEvent.Expired(Lease lease, long atMs) -> release(lease, "has expired");
            case LeaseEvent.Granted granted -> {}
            case LeaseEvent.Renewed renewed -> {}
            case LeaseEvent.Refused refused -> {}
        }
    }

    /**
     * Closes the connections that held a lease which is no more. The registry's thread calls: it must not wait, nor fail for want of
     * a thread. A connection that was passed over for that is closed at its next sign of life, which finds no lease to renew.
     */
    private void release(Lease lease, String how) {
        if (!lease.held() || connections.count() == 0) {
            return;
        }
        answering.executeIfPossible(() -> {
            for (Connection connection : connections.all()) {
                if (connection.holds(lease)) {
                    connection.end("the lease on " + lease.addressText() + " that this connection held " + how);
                }
            }
        });
    }

    /**
     * On Linux, Java's listener on {@code ::} takes IPv4 too, and so would one on {@code 0.0.0.0} with the same port after it be
     * refused: of two wildcard addresses with one port, the first is enough.
     */
    private static List<InetSocketAddress> withoutShadowed(List<InetSocketAddress> listen) {
        List<InetSocketAddress> kept = new ArrayList<>();
        for (InetSocketAddress address : listen) {
            boolean shadowed = address.getAddress().isAnyLocalAddress()
                    && address.getPort() != 0
                    && kept.stream()
                            .anyMatch(other ->
                                    other.getAddress().isAnyLocalAddress() && other.getPort() == address.getPort());
            if (!shadowed) {
                kept.add(address);
            }
        }
        return kept;
    }
}
