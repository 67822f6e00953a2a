package org.scpbeforerelay.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;

/**
 * The addresses of this machine at one moment, as far as others could see them: interfaces that are up and have a carrier;
 * no loopback, link-local or multicast addresses.
 *
 * <p>What IPv6 has to say of an address (temporary, deprecated, not yet checked to be unique) is read from
 * {@code /proc/net/if_inet6}: address, index, prefix length, scope and flags in hexadecimal, and the interface's name; the flags
 * are those of linux/if_addr.h. Without that file every address counts as an ordinary one.
 */
final class LocalAddresses {
    private static final Path IF_INET6 = Path.of("/proc/net/if_inet6");
    private static final Path IPV6_SETTINGS = Path.of("/proc/sys/net/ipv6/conf");
    private static final int TEMPORARY = 0x01;
    private static final int DUPLICATE = 0x08;
    private static final int DEPRECATED = 0x20;
    private static final int TENTATIVE = 0x40;

    /**
     * One address.
     *
     * @param networkInterface the name of its interface
     * @param flags of linux/if_addr.h; 0 for IPv4
     */
    record Local(String networkInterface, ClientAddress address, int flags) {
        boolean isTemporary() {
            return (flags & TEMPORARY) != 0;
        }

        boolean isDeprecated() {
            return (flags & DEPRECATED) != 0;
        }

        boolean isUsable() {
            return (flags & (TENTATIVE | DUPLICATE)) == 0;
        }

        private boolean isUniqueLocal() {
            return !address.isIpv4() && (address.high() >>> 57) == 0xfcL >>> 1;
        }
    }

    private final List<Local> all;

    LocalAddresses(List<Local> all) {
        this.all = List.copyOf(all);
    }

    /** Why there is nothing to announce of an interface, for people. */
    static String whyNone(String name, AddressFamily family) {
        NetworkInterface named;
        try {
            named = NetworkInterface.getByName(name);
            if (named == null) {
                return "there is no interface '" + name + "' on this machine now";
            }
            if (named.isLoopback()) {
                return name
                        + " is the loopback interface: nobody else can be at its addresses, so they are not announced";
            }
        } catch (SocketException e) {
            return name + " cannot be looked at: " + e.getMessage();
        }
        return name + " is down or has no " + Words.of(family) + " address";
    }

    /** The present ones; none when they cannot be listed. */
    static LocalAddresses read() {
        Map<ClientAddress, Integer> flags = flags6();
        List<Local> found = new ArrayList<>();
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (!each.isUp() || each.isLoopback()) {
                    continue;
                }
                for (InetAddress address : Collections.list(each.getInetAddresses())) {
                    if (!address.isLinkLocalAddress()
                            && !address.isLoopbackAddress()
                            && !address.isMulticastAddress()) {
                        ClientAddress client = ClientAddress.of(address);
                        found.add(new Local(each.getName(), client, flags.getOrDefault(client, 0)));
                    }
                }
            }
        } catch (SocketException e) {
            // An interface that went while it was looked at: its going is a change, and is told.
        }
        return new LocalAddresses(found);
    }

    private static Map<ClientAddress, Integer> flags6() {
        try {
            return flags6(Files.readAllLines(IF_INET6));
        } catch (IOException e) {
            return Map.of();
        }
    }

    static Map<ClientAddress, Integer> flags6(List<String> lines) {
        Map<ClientAddress, Integer> flags = new HashMap<>();
        for (String line : lines) {
            String[] columns = line.trim().split("\\s+");
            if (columns.length == 6 && columns[0].matches("[0-9a-f]{32}") && columns[4].matches("[0-9a-f]{1,8}")) {
                flags.put(
                        ClientAddress.ofBytes(HexFormat.of().parseHex(columns[0])),
                        Integer.parseUnsignedInt(columns[4], 16));
            }
        }
        return flags;
    }

    /** Whether any interface but loopback is up with an address of this family. */
    boolean hasFamily(AddressFamily family) {
        return all.stream().anyMatch(local -> local.address().family() == family && local.isUsable());
    }

    boolean has(ClientAddress address) {
        return all.stream().anyMatch(local -> local.address().equals(address) && local.isUsable());
    }

    /**
     * The addresses of an interface in one family, best first, as RFC 6724 chooses a source: none that is not yet unique;
     * deprecated ones last; global before unique local; temporary ones before or after the others, as the machine is set.
     */
    List<Local> of(String networkInterface, AddressFamily family) {
        boolean preferTemporary = prefersTemporary(networkInterface);
        return all.stream()
                .filter(local -> local.networkInterface().equals(networkInterface)
                        && local.address().family() == family
                        && local.isUsable())
                .sorted(Comparator.comparing(Local::isDeprecated)
                        .thenComparing(Local::isUniqueLocal)
                        .thenComparing(local -> local.isTemporary() != preferTemporary))
                .toList();
    }

    /** {@code net.ipv6.conf.IF.use_tempaddr} is 2: temporary addresses are preferred (RFC 8981). */
    private static boolean prefersTemporary(String networkInterface) {
        try {
            return Files.readString(IPV6_SETTINGS.resolve(networkInterface).resolve("use_tempaddr"))
                    .trim()
                    .equals("2");
        } catch (IOException e) {
            return false;
        }
    }

    /** All of them as one value to compare: another one means that something changed. */
    String fingerprint() {
        return String.join(
                " ",
                all.stream()
                        .filter(Local::isUsable)
                        .map(local ->
                                local.networkInterface() + "=" + local.address() + (local.isDeprecated() ? "-" : ""))
                        .sorted()
                        .toList());
    }

    @Override
    public String toString() {
        return fingerprint();
    }
}
