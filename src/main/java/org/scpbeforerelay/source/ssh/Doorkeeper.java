package org.scpbeforerelay.source.ssh;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * Counts connections that have not proved who they are, in all and per address (IPv6: per /64), and turns more of them away;
 * also those of an address that keeps failing, and all while file handles run short, because an acceptor without handles
 * would spin. What is turned away costs a closed socket and nothing else.
 *
 * <p>A connection of a named proxy counts in all from its beginning, and for its client's address from when the proxy has said it;
 * one that ends before, as checks of its health do, is no failed login.
 */
final class Doorkeeper implements SessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);
    private static final AttributeKey<Entry> ENTRY = new AttributeKey<>();
    private static final int ADDRESSES_REMEMBERED = 4096;
    private static final long WINDOW_MS = 60_000;

    private final EndpointSettings settings;
    private final Clock clock;
    private final ProxyLog proxyLog;
    private final SshStatistics statistics = new SshStatistics();
    private final int connectionsMax;
    private volatile List<Network> proxies;
    private final Map<ClientAddress, Integer> waitingOf = new HashMap<>();
    private final Map<ClientAddress, Failures> failuresOf = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ClientAddress, Failures> eldest) {
            return size() > ADDRESSES_REMEMBERED;
        }
    };
    private int waiting;
    private int connections;

    /** One connection that is counted. */
    private static final class Entry {
        final ClientAddress peer;
        final boolean ofProxy;
        final long beganNs = System.nanoTime();
        boolean waiting = true;

        /** The client's; null until the proxy has said it. */
        volatile @Nullable ClientAddress address;

        Entry(ClientAddress peer, boolean ofProxy) {
            this.peer = peer;
            this.ofProxy = ofProxy;
            this.address = ofProxy ? null : peer;
        }
    }

    /** How often an address failed since {@code sinceMs} of the monotonic clock. */
    private static final class Failures {
        long sinceMs;
        int count;
    }

    Doorkeeper(EndpointSettings settings, Clock clock, ProxyLog proxyLog) {
        this.settings = settings;
        this.clock = clock;
        this.proxyLog = proxyLog;
        this.proxies = settings.proxies();
        this.connectionsMax = connectionsMax();
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
        if (peer == null || unasked || !admit(session, new Entry(peer, isProxy(peer)))) {
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

    private synchronized boolean admit(Session session, Entry entry) {
        ClientAddress address = entry.address;
        if (connections >= connectionsMax
                || waiting >= settings.maxUnauthenticated()
                || address != null && isTooMuch(networkOf(address))) {
            LOG.debug("turned away {}", entry.peer);
            return false;
        }
        connections++;
        waiting++;
        if (address != null) {
            waitingOf.merge(networkOf(address), 1, Integer::sum);
        }
        session.setAttribute(ENTRY, entry);
        return true;
    }

    private synchronized boolean admitClient(Entry entry, ClientAddress client) {
        if (entry.address != null || !entry.waiting || isTooMuch(networkOf(client))) {
            LOG.debug("turned away {}, for whom {} called", client, entry.peer);
            return false;
        }
        waitingOf.merge(networkOf(client), 1, Integer::sum);
        entry.address = client;
        return true;
    }

    private boolean isTooMuch(ClientAddress network) {
        Failures failures = failuresOf.get(network);
        return waitingOf.getOrDefault(network, 0) >= settings.maxUnauthenticatedPerAddress()
                || failures != null && isFresh(failures) && failures.count >= settings.maxFailedLoginsPerMinute();
    }

    private static ClientAddress networkOf(ClientAddress address) {
        return address.isIpv4() ? address : address.masked(64);
    }

    @Override
    public void sessionEvent(Session session, Event event) {
        if (event == Event.Authenticated) {
            Entry entry = session.getAttribute(ENTRY);
            if (entry != null) {
                statistics.proved(System.nanoTime() - entry.beganNs);
                synchronized (this) {
                    noLongerWaits(entry);
                }
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
            if (entry.waiting) {
                noLongerWaits(entry);
                ClientAddress address = entry.address;
                if (address != null) {
                    statistics.gaveUp();
                    failed(address, session.getUsername());
                }
            }
        }
    }

    private void noLongerWaits(Entry entry) {
        if (entry.waiting) {
            entry.waiting = false;
            waiting--;
            ClientAddress address = entry.address;
            if (address != null) {
                waitingOf.merge(networkOf(address), -1, (a, b) -> a + b == 0 ? null : a + b);
            }
        }
    }

    private void failed(ClientAddress address, @Nullable String login) {
        Failures failures = failuresOf.computeIfAbsent(networkOf(address), network -> new Failures());
        if (!isFresh(failures)) {
            failures.sinceMs = clock.now().monotonicMs();
            failures.count = 0;
        }
        failures.count++;
        if (failures.count == 1) {
            String as = login == null
                    ? "no name"
                    : LoginName.tryParse(login).map(name -> "'" + login + "'").orElse("an impossible name");
            LOG.info("failed login from {} as {}; more of this minute are not logged", address, as);
        }
        if (failures.count == settings.maxFailedLoginsPerMinute()) {
            LOG.info("{} failed logins from {} in a minute: turned away for the rest of it", failures.count, address);
        }
    }

    private boolean isFresh(Failures failures) {
        return failures.count > 0 && clock.now().monotonicMs() - failures.sinceMs < WINDOW_MS;
    }

    /** A quarter of the file handles: mail servers may take half, the store, the commands and the program itself need the rest. */
    private static int connectionsMax() {
        long handles = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 1024;
        return Math.clamp(handles / 4, 16, 1_000_000);
    }
}
