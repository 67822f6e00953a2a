package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.postfix.TrustedNetworks;
import org.scpbeforerelay.postfix.host.Postconf;
import org.scpbeforerelay.postfix.host.PostfixException;

/**
 * Docker's and other bridges on this host. Through a published port (docker-proxy, masquerading) clients of the world are seen with the
 * bridge's own address: who trusts or leases that, trusts everybody.
 */
final class GatewayExam {
    private GatewayExam() {}

    static List<Finding> examine(Settings settings, @Nullable Path configDirectory) {
        List<Finding> findings = new ArrayList<>();
        try {
            List<Network> trusted = trusted(configDirectory);
            for (NetworkInterface bridge : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (bridge.getName().matches("docker[0-9]+|br-.*|podman[0-9]+|cni.*|lxcbr[0-9]+|virbr[0-9]+")) {
                    for (InetAddress address : Collections.list(bridge.getInetAddresses())) {
                        examine(bridge.getName(), ClientAddress.of(address), trusted, settings, findings);
                    }
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        examineProxies(findings);
        return findings;
    }

    private static List<Network> trusted(@Nullable Path configDirectory) {
        Optional<Postconf> postconf = Postconf.installed(configDirectory);
        try {
            return postconf.isEmpty()
                    ? List.of()
                    : TrustedNetworks.of(postconf.get().setup());
        } catch (PostfixException e) {
            return List.of(); // PostfixExam says so
        }
    }

    private static void examine(
            String bridge, ClientAddress address, List<Network> trusted, Settings settings, List<Finding> findings) {
        String where = bridge + " " + address;
        trusted.stream()
                .filter(network -> network.contains(address))
                .findFirst()
                .ifPresent(network -> findings.add(Finding.problem(
                        "mynetworks trusts " + network + ", where the gateway of " + bridge + " is",
                        where,
                        "clients that come through a published port are seen as " + address
                                + ": the whole world may relay",
                        "take " + network + " out of mynetworks; name single containers (docs/postfix.md)")));
        settings.lease().specialNetworks().stream()
                .filter(network -> network.contains(address))
                .findFirst()
                .ifPresent(network -> findings.add(Finding.advice(
                        "[lease] special_networks has " + network + ", where the gateway of " + bridge + " is",
                        where,
                        "the daemon never leases its own host's addresses, but one in another container would be told this very address "
                                + "for everybody",
                        "name the networks of real clients in special_networks")));
    }

    /** docker-proxy opens a connection of its own for each client. */
    private static void examineProxies(List<Finding> findings) {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes
                    .filter(path -> path.getFileName().toString().matches("[0-9]+"))
                    .toList()) {
                List<String> words = commandLine(process);
                int port = words.indexOf("-host-port");
                if (!words.isEmpty()
                        && words.getFirst().endsWith("docker-proxy")
                        && port > 0
                        && port + 1 < words.size()
                        && List.of("25", "465", "587", "2222").contains(words.get(port + 1))) {
                    findings.add(Finding.advice(
                            "docker-proxy answers on port " + words.get(port + 1),
                            "process " + process.getFileName(),
                            "what is in the container sees its clients with the bridge's address, not with theirs: a lease on that is one "
                                    + "for everybody",
                            "network_mode: host, or \"userland-proxy\": false in /etc/docker/daemon.json"));
                }
            }
        } catch (IOException e) {
            return;
        }
    }

    private static List<String> commandLine(Path process) {
        try {
            return List.of(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0"));
        } catch (IOException e) {
            return List.of(); // it ended meanwhile
        }
    }
}
