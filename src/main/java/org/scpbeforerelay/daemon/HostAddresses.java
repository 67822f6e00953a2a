package org.scpbeforerelay.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.scpbeforerelay.address.ClientAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This host's own addresses and its gateways. A client that seems to come from one of them comes through a tunnel, a user-land
 * proxy or a masquerading gateway, and everybody behind that would share its lease.
 *
 * <p>Gateways are read from {@code /proc/net/route} and {@code /proc/net/ipv6_route} (proc(5)); where those cannot be read,
 * only the own addresses are known.
 */
final class HostAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(HostAddresses.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);

    private HostAddresses() {}

    /** Has somebody look at them again and again, until what it gives is closed. */
    static AutoCloseable watch(Consumer<Set<ClientAddress>> look) {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("host-addresses").factory());
        watch.scheduleWithFixedDelay(
                () -> {
                    try {
                        look.accept(find());
                    } catch (IOException | RuntimeException | Error e) {
                        LOG.error("{}; those of before hold, and they are looked for again in {}", e, LOOK_EVERY, e);
                    }
                },
                LOOK_EVERY.toMillis(),
                LOOK_EVERY.toMillis(),
                TimeUnit.MILLISECONDS);
        return watch::shutdownNow;
    }

    /** @throws IOException when they cannot be listed: of an address that is not known to be its own, this host would relay for itself */
    static Set<ClientAddress> find() throws IOException {
        Set<ClientAddress> found = new HashSet<>();
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                for (InetAddress address : Collections.list(each.getInetAddresses())) {
                    found.add(ClientAddress.of(address));
                }
            }
        } catch (SocketException e) {
            throw new IOException("this host's own addresses cannot be listed (" + e.getMessage() + ")", e);
        }
        found.addAll(gateways4(lines(Path.of("/proc/net/route"))));
        found.addAll(gateways6(lines(Path.of("/proc/net/ipv6_route"))));
        return found;
    }

    /** Third column: the gateway, 32 bits in the machine's (little-endian) order. */
    static Set<ClientAddress> gateways4(List<String> routes) {
        Set<ClientAddress> gateways = new HashSet<>();
        for (String line : routes) {
            String[] columns = line.trim().split("\\s+");
            if (columns.length > 3 && columns[2].matches("[0-9A-F]{8}")) {
                ClientAddress gateway =
                        ClientAddress.ofIpv4(Integer.reverseBytes(Integer.parseUnsignedInt(columns[2], 16)));
                if (!gateway.isUnspecified()) {
                    gateways.add(gateway);
                }
            }
        }
        return gateways;
    }

    /** Fifth column: the next hop, 128 bits in network order. */
    static Set<ClientAddress> gateways6(List<String> routes) {
        Set<ClientAddress> gateways = new HashSet<>();
        for (String line : routes) {
            String[] columns = line.trim().split("\\s+");
            if (columns.length > 4 && columns[4].matches("[0-9a-f]{32}")) {
                ClientAddress gateway = ClientAddress.ofBytes(HexFormat.of().parseHex(columns[4]));
                if (!gateway.isUnspecified()) {
                    gateways.add(gateway);
                }
            }
        }
        return gateways;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
