package org.scpbeforerelay.agent;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;

/**
 * Which of this machine's addresses a connection is to come from.
 *
 * <p>Of an interface with several addresses of a family the one is taken that the kernel would use towards the server: a UDP
 * socket is connected, which sends nothing, and asked for its own address. Where that tells nothing, RFC 6724 is followed.
 */
final class SourceChoice {
    private final AgentSettings settings;

    SourceChoice(AgentSettings settings) {
        this.settings = settings;
    }

    /** The families that need a connection of their own; one null for a connection that leaves the family to ssh. */
    List<@Nullable AddressFamily> families() {
        List<@Nullable AddressFamily> families = new ArrayList<>();
        if (settings.bothFamilies() || settings.networkInterface() != null) {
            families.addAll(List.of(AddressFamily.values()));
        } else if (settings.addresses().isEmpty()) {
            families.add(null);
        } else {
            settings.addresses().forEach(address -> families.add(address.family()));
        }
        return families;
    }

    /** What to announce to this server now. May ask DNS. */
    Source choose(Server server, @Nullable AddressFamily family) {
        LocalAddresses here = LocalAddresses.read();
        if (family == null) {
            return new Source.Present(null, null, here.fingerprint());
        }
        for (ClientAddress address : settings.addresses()) {
            if (address.family() == family) {
                return fixed(address, here);
            }
        }
        String name = settings.networkInterface();
        if (name != null) {
            return ofInterface(name, family, server, here);
        }
        return here.hasFamily(family)
                ? new Source.Present(null, null, here.fingerprint())
                : new Source.Absent("this machine has no " + Words.of(family) + " address");
    }

    /** Proved where this machine has it; else said, and the server's to believe. */
    private static Source fixed(ClientAddress address, LocalAddresses here) {
        ClientAddress bind = here.has(address) ? address : null;
        return new Source.Present(bind, address, bind == null ? here.fingerprint() : "");
    }

    private Source ofInterface(String name, AddressFamily family, Server server, LocalAddresses here) {
        List<LocalAddresses.Local> candidates = here.of(name, family);
        if (candidates.isEmpty()) {
            return new Source.Absent(LocalAddresses.whyNone(name, family));
        }
        if (!settings.bothFamilies() && !isReachedBy(server, family)) {
            return new Source.Never(server.name() + " has no " + Words.of(family) + " address");
        }
        ClientAddress chosen = candidates.getFirst().address();
        if (candidates.size() > 1) {
            ClientAddress used = usedTowards(server, family);
            if (used != null
                    && candidates.stream().anyMatch(local -> local.address().equals(used))) {
                chosen = used;
            }
        }
        return new Source.Present(chosen, chosen, "");
    }

    /** Whether the server has an address of this family; true when that cannot be told now. */
    private static boolean isReachedBy(Server server, AddressFamily family) {
        List<ClientAddress> addresses = addresses(server);
        return addresses.isEmpty() || addresses.stream().anyMatch(address -> address.family() == family);
    }

    private static List<ClientAddress> addresses(Server server) {
        ClientAddress literal = ClientAddress.tryParse(server.hostName()).orElse(null);
        if (literal != null) {
            return List.of(literal);
        }
        List<ClientAddress> addresses = new ArrayList<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(server.hostName())) {
                addresses.add(ClientAddress.of(address));
            }
        } catch (UnknownHostException e) {
            // ssh will say so.
        }
        return addresses;
    }

    private static @Nullable ClientAddress usedTowards(Server server, AddressFamily family) {
        for (ClientAddress address : addresses(server)) {
            if (address.family() == family) {
                try (DatagramSocket socket = new DatagramSocket()) {
                    socket.connect(new InetSocketAddress(address.toInetAddress(), server.port()));
                    return ClientAddress.of(socket.getLocalAddress());
                } catch (IOException e) {
                    return null;
                }
            }
        }
        return null;
    }
}
