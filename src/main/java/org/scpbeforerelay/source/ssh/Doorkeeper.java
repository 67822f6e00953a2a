package org.scpbeforerelay.source.ssh;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts connections that have not proved who they are, in all and per address (IPv6: per /64), and turns more of them away;
 * also those of an address that keeps failing, and all while file handles run short, because an acceptor without handles
 * would spin. What is turned away costs a closed socket and nothing else.
 */
final class Doorkeeper implements SessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);
    private static final AttributeKey<Entry> ENTRY = new AttributeKey<>();
    private static final int ADDRESSES_REMEMBERED = 4096;
    private static final long WINDOW_MS = 60_000;

    private final EndpointSettings settings;
    private final Clock clock;
    private final SshStatistics statistics = new SshStatistics();
    private final int connectionsMax;
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
        final ClientAddress network;
        final ClientAddress address;
        final long beganNs = System.nanoTime();
        boolean waiting = true;

        Entry(ClientAddress network, ClientAddress address) {
            this.network = network;
            this.address = address;
        }
    }

    /** How often an address failed since {@code sinceMs} of the monotonic clock. */
    private static final class Failures {
        long sinceMs;
        int count;
    }

    Doorkeeper(EndpointSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.connectionsMax = connectionsMax();
    }

    /** What it has counted. */
    SshStatistics statistics() {
        return statistics;
    }

    /** The address of a connection's other end; null when it is gone already. */
    static @Nullable ClientAddress addressOf(Session session) {
        return session.getIoSession().getRemoteAddress() instanceof InetSocketAddress peer && peer.getAddress() != null
                ? ClientAddress.of(peer.getAddress())
                : null;
    }

    @Override
    public void sessionCreated(Session session) {
        ClientAddress address = addressOf(session);
        boolean unasked = address != null && !address.isIpv4() && settings.isIpv4Only();
        if (address == null || unasked || !admit(session, address)) {
            statistics.closedUnheard();
            // Closing here, not throwing, is what frees the socket.
            session.close(true);
        }
    }

    private synchronized boolean admit(Session session, ClientAddress address) {
        ClientAddress network = address.isIpv4() ? address : address.masked(64);
        Failures failures = failuresOf.get(network);
        int ofNetwork = waitingOf.getOrDefault(network, 0);
        if (connections >= connectionsMax
                || waiting >= settings.maxUnauthenticated()
                || ofNetwork >= settings.maxUnauthenticatedPerAddress()
                || failures != null && isFresh(failures) && failures.count >= settings.maxFailedLoginsPerMinute()) {
            LOG.debug("turned away {}", address);
            return false;
        }
        connections++;
        waiting++;
        waitingOf.put(network, ofNetwork + 1);
        session.setAttribute(ENTRY, new Entry(network, address));
        return true;
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
        synchronized (this) {
            connections--;
            if (entry.waiting) {
                noLongerWaits(entry);
                statistics.gaveUp();
                failed(entry, session.getUsername());
            }
        }
    }

    private void noLongerWaits(Entry entry) {
        if (entry.waiting) {
            entry.waiting = false;
            waiting--;
            waitingOf.merge(entry.network, -1, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    private void failed(Entry entry, @Nullable String login) {
        Failures failures = failuresOf.computeIfAbsent(entry.network, network -> new Failures());
        if (!isFresh(failures)) {
            failures.sinceMs = clock.now().monotonicMs();
            failures.count = 0;
        }
        failures.count++;
        if (failures.count == 1) {
            String as = login == null
                    ? "no name"
                    : LoginName.tryParse(login).map(name -> "'" + login + "'").orElse("an impossible name");
            LOG.info("failed login from {} as {}; more of this minute are not logged", entry.address, as);
        }
        if (failures.count == settings.maxFailedLoginsPerMinute()) {
            LOG.info(
                    "{} failed logins from {} in a minute: turned away for the rest of it",
                    failures.count,
                    entry.address);
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
