package org.scpbeforerelay.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A small internet: one switch, and hosts on it with addresses from the documentation networks of RFC 5737 and
 * RFC 3849. All hosts reach each other directly, whatever their prefixes; nothing reaches the outside. Several labs,
 * of several test runs, do not see each other.
 *
 * <p>{@link #close} ends every process in it and removes its folder. When the JVM is killed, the hosts end by
 * themselves. Making a lab takes about 0.1 s, a host less than that.
 */
public final class NetworkLab implements AutoCloseable {
    private static final String PUBLIC_ROUTES = """
            for net in 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24; do
                ip route replace $net dev eth0 metric 1024
            done
            ip -6 route replace 2001:db8::/32 dev eth0 metric 2048
            """;

    private final Path folder;
    private final Holder theSwitch;
    private final List<Host> hosts = new ArrayList<>();
    private final Thread atExit;
    private int ports;
    private boolean closed;

    private NetworkLab(Path folder) {
        this.folder = folder;
        this.theSwitch = Holder.forSwitch(folder);
        this.atExit = new Thread(this::closeQuietly, "lab-at-exit");
        Runtime.getRuntime().addShutdownHook(atExit);
        // Snooping would make the switch wait for group reports before it passes neighbour solicitations on.
        inSwitch("ip link add switch0 type bridge mcast_snooping 0 && ip link set switch0 up");
    }

    /** A new lab with an empty switch. */
    public static NetworkLab start() {
        try {
            // Below /tmp, whatever java.io.tmpdir says: unix socket paths
            // end at 107 bytes, and /var is private to hosts.
            Path folder = Files.createTempDirectory(Path.of("/tmp"), "lab");
            Files.setAttribute(folder, "unix:mode", 0755);
            return new NetworkLab(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the lab's folder", e);
        }
    }

    /** The lab's folder, the same path for all hosts and for the test. */
    public Path folder() {
        return folder;
    }

    /** A host with the machine's own programs. */
    public Host host(String name, String... addresses) {
        return server(name, List.of(), addresses);
    }

    /** A host with Debian packages of {@link DebianRoots} laid over its file system. */
    public Host server(String name, List<String> packages, String... addresses) {
        Host host = make(name, packages, PUBLIC_ROUTES);
        plug(theSwitch.pid(), "switch0", host.pid());
        host.shell("ip link set eth0 up");
        host.addAddresses(List.of(addresses));
        return host;
    }

    /**
     * A router that lets the hosts behind it share its one public IPv4 address (masquerading, RFC 3022), as homes and
     * mobile networks do. Takes {@code nft}, the machine's own or Debian's package of {@link DebianRoots}.
     */
    public Host natRouter(String name, String publicAddress) {
        boolean own = Files.exists(Path.of("/usr/sbin/nft"));
        if (!own) {
            DebianRoots.require("nftables");
        }
        Host router = server(name, own ? List.of() : List.of("nftables"), publicAddress);
        router.shell("""
                ip link add inside type bridge mcast_snooping 0
                ip address add 10.7.0.1/24 dev inside
                ip link set inside up
                echo 1 > /proc/sys/net/ipv4/ip_forward
                nft add table ip nat
                nft 'add chain ip nat out { type nat hook postrouting priority 100; }'
                nft add rule ip nat out oifname eth0 masquerade
                """);
        return router;
    }

    /**
     * A host that reaches the others only through a router of {@link #natRouter}.
     *
     * @param address of 10.7.0.0/24, not .1
     */
    public Host hostBehind(Host router, String name, String address) {
        Host host = make(name, List.of(), "ip route replace default via 10.7.0.1\n");
        plug(router.pid(), "inside", host.pid());
        host.shell("ip link set eth0 up");
        host.addAddress(address);
        return host;
    }

    private Host make(String name, List<String> packages, String routes) {
        if (hosts.stream().anyMatch(host -> host.name().equals(name))) {
            throw new IllegalArgumentException("the lab has a host " + name + " already");
        }
        List<Path> roots = packages.stream().map(DebianRoots::require).toList();
        try {
            Path own = Files.createDirectories(folder.resolve("private").resolve(name));
            Path shared = Files.createDirectories(folder.resolve(name));
            Host host = new Host(name, Holder.forHost(own, folder.resolve(name + ".log"), roots), shared, routes);
            hosts.add(host);
            return host;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folders of " + name, e);
        }
    }

    /** A cable from a bridge in one namespace to eth0 in another. */
    private void plug(long bridgeHolder, String bridge, long hostHolder) {
        String port = "port" + ++ports;
        in(
                bridgeHolder,
                "ip link add %1$s type veth peer name eth0 netns %2$d && ip link set %1$s master %3$s up"
                        .formatted(port, hostHolder, bridge));
    }

    private void inSwitch(String script) {
        in(theSwitch.pid(), script);
    }

    private static void in(long holder, String script) {
        Commands.run(
                        Duration.ofSeconds(10),
                        "",
                        List.of("nsenter", "--target", Long.toString(holder), "--net", "sh", "-ec", script))
                .orThrow();
    }

    /** Ends every process of every host, takes the networks away and deletes the lab's folder. */
    @Override
    public synchronized void close() {
        if (!closed) {
            Runtime.getRuntime().removeShutdownHook(atExit);
            tearDown();
        }
    }

    private synchronized void closeQuietly() {
        if (!closed) {
            tearDown();
        }
    }

    private void tearDown() {
        closed = true;
        // All hosts end at the same time; the switch, which deletes the folder, after them.
        hosts.forEach(Host::release);
        hosts.forEach(Host::close);
        theSwitch.close();
        if (Files.exists(folder)) {
            throw new IllegalStateException("could not delete the lab's folder " + folder);
        }
    }
}
