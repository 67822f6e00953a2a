package org.scpbeforerelay.lookup;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.quota.QuotaLedger;
import org.scpbeforerelay.quota.SpentElsewhere;
import org.scpbeforerelay.relay.MailWatch;
import org.scpbeforerelay.relay.RelayDesk;
import org.scpbeforerelay.store.QuotaStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where mail servers ask whether a client may relay: policy, socketmap and tcp_table on every address, told apart by the first
 * bytes of each connection.
 *
 * <p>{@link #start} opens all addresses or none. Questions that come before the desk is ready are answered so that inbound mail
 * flows and relay waits. {@link #close} ends all connections and takes the socket files away.
 */
public final class LookupListener implements AutoCloseable {
    /** As many as the kernel allows (net.core.somaxconn): mail servers all come at once after a restart. */
    private static final int BACKLOG = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(LookupListener.class);

    private final LookupSettings settings;
    private final RelayDesk desk;
    private final RoundClock clock;
    private final LookupStatistics statistics = new LookupStatistics();
    private final PolicyAnswers onUnixSockets;
    private final PolicyAnswers onTcp;
    private final @Nullable MessageCounter counter;
    private final List<Door> doors = new ArrayList<>();
    private volatile @Nullable LookupLoop loop;
    private @Nullable Thread thread;

    /**
     * Where what is permitted to users with limits is counted, and recorded before it is said. Unix sockets alone count: on a TCP
     * port anybody on the host could use up what belongs to another. There such users are absent.
     */
    public record Counting(QuotaLedger ledger, QuotaStore store) {}

    private record Door(
            ServerSocketChannel channel,
            ListenAddress address,
            @Nullable UnixSocketFile file) {}

    /**
     * Prepares a listener; opens nothing yet.
     *
     * @param clock for the age of messages and of silence; the desk has its own for leases
     * @param counting null where nothing is counted: users with limits on messages or recipients are then permitted nothing
     * @param watch told by the listener's thread what policy requests say of mail: what was permitted, and what was turned away
     */
    public LookupListener(
            LookupSettings settings, RelayDesk desk, Clock clock, @Nullable Counting counting, MailWatch watch) {
        this.settings = settings;
        this.desk = desk;
        this.clock = new RoundClock(clock);
        counter = counting == null ? null : new MessageCounter(counting.ledger(), counting.store(), clock);
        this.onUnixSockets =
                new PolicyAnswers(desk, counter, this.clock, statistics, settings.policy(), watch, MailWatch.Door.UNIX);
        this.onTcp =
                new PolicyAnswers(desk, null, this.clock, statistics, settings.policy(), watch, MailWatch.Door.TCP);
    }

    /** Opens all addresses and begins to answer. When one cannot be opened none stays open; the message names it. */
    public synchronized void start() throws IOException {
        if (thread != null) {
            throw new IllegalStateException("started already");
        }
        Selector selector = Selector.open();
        try {
            for (ListenAddress address : settings.listen()) {
                Door door = open(address);
                doors.add(door);
                door.channel.configureBlocking(false);
                door.channel.register(selector, SelectionKey.OP_ACCEPT, door.address);
            }
        } catch (IOException e) {
            closeDoors();
            selector.close();
            throw e;
        }
        AddressAnswers byAddress = new AddressAnswers(desk, clock, statistics);
        LookupLoop newLoop = new LookupLoop(
                selector,
                codecs(onUnixSockets, byAddress),
                codecs(onTcp, byAddress),
                settings,
                statistics,
                clock,
                counter);
        loop = newLoop;
        thread = Thread.ofPlatform().name("lookup").start(newLoop);
    }

    private static LookupCodec.Codecs codecs(PolicyAnswers policyAnswers, AddressAnswers byAddress) {
        return new LookupCodec.Codecs(
                new PolicyCodec(policyAnswers), new SocketmapCodec(byAddress), new TcpTableCodec(byAddress));
    }

    /** Where it listens, in the order of the settings, with the ports that the system chose. */
    public synchronized List<ListenAddress> boundAddresses() {
        return doors.stream().map(Door::address).toList();
    }

    /** Counts on users with limits what other hosts have counted, before any question that comes after; does not wait. */
    public void hear(List<SpentElsewhere> spent) {
        MessageCounter theCounter = counter;
        LookupLoop running = loop;
        if (theCounter != null) {
            theCounter.hear(spent);
        }
        if (running != null) {
            running.wake();
        }
    }

    /** What it has counted. */
    public LookupStatistics statistics() {
        return statistics;
    }

    /** Puts answers in another way from the next request on; for a reload. Addresses need a new listener. */
    public void adopt(LookupSettings.PolicyChoices choices) {
        onUnixSockets.adopt(choices);
        onTcp.adopt(choices);
    }

    /** Stops answering. An interrupt ends the waiting for the thread, not the closing. */
    @Override
    public synchronized void close() {
        LookupLoop running = loop;
        Thread runner = thread;
        if (running != null && runner != null) {
            running.stop();
            try {
                runner.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        closeDoors();
    }

    private static Door open(ListenAddress address) throws IOException {
        return switch (address) {
            case ListenAddress.Tcp tcp -> openTcp(tcp);
            case ListenAddress.Unix unix -> openUnix(unix);
        };
    }

    private static Door openUnix(ListenAddress.Unix unix) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            return new Door(channel, unix, UnixSocketFile.bind(channel, unix, BACKLOG));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static Door openTcp(ListenAddress.Tcp tcp) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(tcp.address(), BACKLOG);
            return new Door(channel, new ListenAddress.Tcp((InetSocketAddress) channel.getLocalAddress()), null);
        } catch (BindException e) {
            channel.close();
            throw new BindException("lookup: cannot listen on " + tcp + " (" + e.getMessage()
                    + "); choose another address or port under [lookup] listen, or stop what holds it: ss -ltnp");
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void closeDoors() {
        for (Door door : doors) {
            try {
                if (door.file != null) {
                    door.file.remove();
                }
                door.channel.close();
            } catch (IOException e) {
                LOG.warn("lookup: {} could not be closed properly", door.address, e);
            }
        }
        doors.clear();
    }
}
