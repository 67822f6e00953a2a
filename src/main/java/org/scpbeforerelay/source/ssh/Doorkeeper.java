package org.scpbeforerelay.source.ssh;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.session.helpers.TimeoutIndicator.TimeoutStatus;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.clock.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives those who have not proved who they are their places in the {@link WaitingRoom}, and turns away who finds none; also
 * those of an address that keeps failing, and all while file handles run short, because an acceptor without handles would
 * spin. What is turned away costs a closed socket and nothing else.
 *
 * <p>A connection that ends before its key exchange, as a look at an open port does, is no failed login; nor is one that gave
 * way. A connection of a named proxy counts in all from its beginning, and for its client's address from when the proxy has
 * said it; one that ends before, as checks of its health do, is no failed login either.
 */
final class Doorkeeper implements SessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);
    private static final AttributeKey<Entry> ENTRY = new AttributeKey<>();

    private final EndpointSettings settings;
    private final Clock clock;
    private final ProxyLog proxyLog;
    private final SshStatistics statistics = new SshStatistics();
    private final int connectionsMax;
    private volatile List<Network> proxies;
    private final WaitingRoom<Entry> room;
    private final FailedLogins failedLogins;
    private final OnceAMinute<ClientAddress> closed;
    private int connections;

    /** One connection that is counted. */
    private static final class Entry {
        final Session session;
        final ClientAddress peer;
        final boolean ofProxy;
        final long beganNs = System.nanoTime();
        volatile boolean exchangedKeys;

        /** The client's; null until the proxy has said it. */
        volatile @Nullable ClientAddress address;

        Entry(Session session, ClientAddress peer, boolean ofProxy) {
            this.session = session;
            this.peer = peer;
            this.ofProxy = ofProxy;
            this.address = ofProxy ? null : peer;
        }
    }

    Doorkeeper(EndpointSettings settings, Clock clock, ProxyLog proxyLog) {
        this.settings = settings;
        this.clock = clock;
        this.proxyLog = proxyLog;
        this.proxies = settings.proxies();
        this.connectionsMax = connectionsMax();
        this.room = new WaitingRoom<>(settings.maxUnauthenticated());
        this.failedLogins = new FailedLogins(settings.maxFailedLoginsPerMinute(), clock);
        this.closed = new OnceAMinute<>(clock);
    }

    /** What it has counted. */
    SshStatistics statistics() {
        return statistics;
    }

    /** Takes other proxies into force, for connections from now on. */
    void reload(List<Network> newProxies) {
        proxies = newProxies;
    }

    /** The address of the client; null as long as a proxy has not said it. */
    static @Nullable ClientAddress addressOf(Session session) {
        Entry entry = session.getAttribute(ENTRY);
        return entry == null ? null : entry.address;
    }

    /** The proxy whose connection this is; null when the client itself called. */
    static @Nullable ClientAddress proxyOf(Session session) {
        Entry entry = session.getAttribute(ENTRY);
        return entry == null || !entry.ofProxy ? null : entry.peer;
    }

    boolean isProxy(ClientAddress address) {
        for (Network network : proxies) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** Whether its other end is still what it was taken for: a proxy, or a client. */
    boolean upholds(Session session) {
        Entry entry = session.getAttribute(ENTRY);
        return entry == null || isProxy(entry.peer) == entry.ofProxy;
    }

    @Override
    public void sessionCreated(Session session) {
        ClientAddress peer = session.getIoSession().getRemoteAddress() instanceof InetSocketAddress internet
                        && internet.getAddress() != null
                ? ClientAddress.of(internet.getAddress())
                : null;
        boolean unasked = peer != null && !peer.isIpv4() && settings.isIpv4Only();
        if (peer == null || unasked || !admit(new Entry(session, peer, isProxy(peer)))) {
            turnAway(session);
        }
    }

    /** A proxy's connection is this client's from now on; false when there are too many of its address, and it was closed. */
    boolean announced(Session session, ClientAddress client) {
        Entry entry = session.getAttribute(ENTRY);
        if (entry == null || !admitClient(entry, client)) {
            turnAway(session);
            return false;
        }
        return true;
    }

    /** Closing, not throwing, is what frees the socket. */
    void turnAway(Session session) {
        statistics.closedUnheard();
        session.close(true);
    }

    /** A connection is about to be closed for what its client does. */
    void closes(Session session, String what) {
        Entry entry = session.getAttribute(ENTRY);
        if (entry == null) {
            return;
        }
        ClientAddress known = entry.address;
        ClientAddress from = known == null ? entry.peer : known;
        Identity identity = session.getAttribute(KeyCheck.IDENTITY);
        if (closed.isDue(from.isIpv4() ? from : from.masked(64))) {
            LOG.info(
                    "closed a connection of {} from {}, which {}; more of this minute are not logged",
                    session.isAuthenticated() && identity != null ? identity.user() : "a stranger",
                    from,
                    what);
        }
    }

    private boolean admit(Entry entry) {
        List<Entry> giveWay = new ArrayList<>(1);
        boolean admitted = admit(entry, giveWay);
        giveWay.forEach(this::dismiss);
        return admitted;
    }

    private synchronized boolean admit(Entry entry, List<Entry> giveWay) {
        ClientAddress address = entry.address;
        if (connections >= connectionsMax
                || address != null && failedLogins.areTooMany(address)
                || !room.enter(entry, address, nowMs(), giveWay::add)) {
            LOG.debug("turned away {}", entry.peer);
            return false;
        }
        connections++;
        entry.session.setAttribute(ENTRY, entry);
        return true;
    }

    private boolean admitClient(Entry entry, ClientAddress client) {
        List<Entry> giveWay = new ArrayList<>(1);
        boolean admitted = admitClient(entry, client, giveWay);
        giveWay.forEach(this::dismiss);
        return admitted;
    }

    private synchronized boolean admitClient(Entry entry, ClientAddress client, List<Entry> giveWay) {
        if (entry.address != null
                || failedLogins.areTooMany(client)
                || !room.comesFrom(entry, client, nowMs(), giveWay::add)) {
            LOG.debug("turned away {}, for whom {} called", client, entry.peer);
            return false;
        }
        entry.address = client;
        return true;
    }

    private void dismiss(Entry entry) {
        LOG.debug("{} gave way to a newcomer", entry.peer);
        turnAway(entry.session);
    }

    private long nowMs() {
        return clock.now().monotonicMs();
    }

    @Override
    public void sessionEvent(Session session, Event event) {
        Entry entry = session.getAttribute(ENTRY);
        if (entry == null) {
            return;
        }
        if (event == Event.KexCompleted) {
            entry.exchangedKeys = true; // what they are to be is agreed on; the costly part follows
        }
        if (event == Event.Authenticated) {
            statistics.proved(System.nanoTime() - entry.beganNs);
            synchronized (this) {
                room.leave(entry);
            }
        }
    }

    @Override
    public void sessionClosed(Session session) {
        Entry entry = session.removeAttribute(ENTRY);
        if (entry == null) {
            return;
        }
        if (entry.address == null && session.getTimeoutStatus().getStatus() == TimeoutStatus.AuthTimeout) {
            proxyLog.refused(
                    entry.peer,
                    "it said nothing by the PROXY protocol within login_grace, as [ssh] proxies says of this address;"
                            + " write send-proxy-v2 on the proxy's server line, or take the address out of [ssh] proxies");
        }
        synchronized (this) {
            connections--;
            ClientAddress address = entry.address;
            if (room.leave(entry) && address != null) {
                statistics.gaveUp();
                if (entry.exchangedKeys) {
                    failedLogins.count(address, session.getUsername());
                }
            }
        }
    }

    /** A quarter of the file handles: mail servers may take half, the store, the commands and the program itself need the rest. */
    private static int connectionsMax() {
        long handles = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 1024;
        return Math.clamp(handles / 4, 16, 1_000_000);
    }
}
