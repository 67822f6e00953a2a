package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.RegistryThread;
import org.scpbeforerelay.rig.SshHostKeys;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/** A real endpoint with a real registry and store on 127.0.0.1, and the system's OpenSSH clients to call it with. */
final class EndpointRig implements AutoCloseable {
    private static final long TERM_MS = 1_200_000;

    final Path folder;
    final SshEndpoint endpoint;
    final Registry registry;
    private final RegistryThread thread;
    private final SqliteLeaseStore store;
    private final long holdGraceMs;
    private final Map<String, Keyring.Member> members = new HashMap<>();
    private final List<AuthorizedKey> authorities = new ArrayList<>();
    private List<Network> proxies = List.of();
    private int calledPort;

    /** How much the endpoint lets strangers and users do. */
    record Limits(
            int maxUnauthenticated, Duration loginGrace, int maxFailedLoginsPerMinute, int maxConnectionsPerUser) {
        static final Limits WIDE = new Limits(200, Duration.ofSeconds(20), 1000, 100);
    }

    EndpointRig(Path folder, long holdGraceMs, int maxUnauthenticated, Duration loginGrace) throws Exception {
        this(folder, holdGraceMs, new Limits(maxUnauthenticated, loginGrace, 1000, 100));
    }

    EndpointRig(Path folder, long holdGraceMs, Limits limits) throws Exception {
        this(folder, holdGraceMs, limits, new SystemClock());
    }

    /** With a clock of its own for the endpoint, which judges by it who knocks too long or too often; leases have the system's. */
    EndpointRig(Path folder, long holdGraceMs, Limits limits, Clock endpointClock) throws Exception {
        this.folder = folder;
        this.holdGraceMs = holdGraceMs;
        store = SqliteLeaseStore.open(folder.resolve("leases.db"));
        SystemClock clock = new SystemClock();
        registry = new Registry(store, clock, Roster.EMPTY, terms());
        registry.open();
        thread = new RegistryThread(registry);
        thread.start();
        EndpointSettings settings = new EndpointSettings(
                List.of(new InetSocketAddress("127.0.0.1", 0)),
                SshHostKeys.folder(),
                limits.loginGrace(),
                limits.maxUnauthenticated(),
                limits.maxFailedLoginsPerMinute(),
                limits.maxConnectionsPerUser(),
                EndpointSettings.IDENTIFICATION,
                List.of());
        endpoint = new SshEndpoint(settings, registry, endpointClock, Keyring.EMPTY);
        endpoint.start();
    }

    EndpointRig(Path folder) throws Exception {
        this(folder, 60_000, Limits.WIDE);
    }

    private LeaseTerms terms() throws Exception {
        return new LeaseTerms(86_400_000, holdGraceMs, List.of(Network.parse("127.0.0.0/8")), Set.of());
    }

    int port() {
        return endpoint.boundAddresses().getFirst().getPort();
    }

    /** Has the clients call this port of 127.0.0.1 in place of the endpoint's own. */
    void callOn(int otherPort) {
        calledPort = otherPort;
    }

    private int calledPort() {
        return calledPort == 0 ? port() : calledPort;
    }

    /** A fresh key of this name in the folder; gives its public line. */
    String makeKey(String name, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-N", "", "-C", name, "-f", name));
        command.addAll(more.length == 0 ? List.of("-t", "ed25519") : List.of(more));
        ProcessRun run = ProcessRun.of(folder, command);
        if (run.status() != 0) {
            throw new IOException(run.err());
        }
        return Files.readString(folder.resolve(name + ".pub")).strip();
    }

    /** Makes these lines the keys of a user, in registry and endpoint, as a reload does. */
    void user(String name, boolean enabled, String... lines) throws Exception {
        List<AuthorizedKey> keys = new ArrayList<>();
        for (String line : lines) {
            keys.add(AuthorizedKey.parse(line));
        }
        members.put(name, new Keyring.Member(new UserName(name), enabled, keys));
        reload();
    }

    void trust(String line) throws Exception {
        authorities.add(AuthorizedKey.parse(line));
        reload();
    }

    /** Takes the trust away from all authorities. */
    void distrust() throws Exception {
        authorities.clear();
        reload();
    }

    /** Names the proxies, as a reload does. */
    void proxies(String... networks) throws Exception {
        List<Network> named = new ArrayList<>();
        for (String network : networks) {
            named.add(Network.parse(network));
        }
        proxies = named;
        reload();
    }

    void reload() throws Exception {
        Map<UserName, Allowance> allowances = new HashMap<>();
        for (Keyring.Member member : members.values()) {
            Map<String, Long> keys = new HashMap<>();
            member.keys().forEach(key -> keys.put(key.fingerprint(), key.expiresAtMs()));
            allowances.put(
                    member.name(),
                    new Allowance(
                            member.name(),
                            member.enabled(),
                            List.of(),
                            Set.of(),
                            SenderRules.ANY,
                            TERM_MS,
                            8,
                            128,
                            null,
                            null,
                            keys));
        }
        Set<String> trusted = new HashSet<>();
        authorities.forEach(key -> trusted.add(key.fingerprint()));
        registry.adopt(new Roster(allowances, trusted, null), terms()).get();
        endpoint.reload(Keyring.of(members.values(), authorities), proxies);
    }

    /** The options that keep a client to itself: this key, no agent, no files of the person who runs the tests. */
    List<String> options(String key) {
        return List.of(
                "-F", "/dev/null",
                "-i", folder.resolve(key).toString(),
                "-o", "IdentitiesOnly=yes",
                "-o", "IdentityAgent=none",
                "-o", "BatchMode=yes",
                "-o", "StrictHostKeyChecking=accept-new",
                "-o", "UserKnownHostsFile=" + folder.resolve("known_hosts"),
                "-o", "LogLevel=ERROR");
    }

    List<String> sshCommand(String key, String login, String... rest) {
        List<String> command = new ArrayList<>(List.of("ssh", "-p", "" + calledPort()));
        command.addAll(options(key));
        List<String> words = List.of(rest);
        int split = (int) words.stream().takeWhile(word -> word.startsWith("-")).count();
        command.addAll(words.subList(0, split));
        command.add(login + "@127.0.0.1");
        command.addAll(words.subList(split, words.size()));
        return command;
    }

    ProcessRun ssh(String key, String login, String... rest) throws Exception {
        return ProcessRun.of(folder, sshCommand(key, login, rest));
    }

    /** Copies a file with this name and content; {@code flags} for scp go first. */
    ProcessRun scp(String key, String login, String file, String content, String target, String... flags)
            throws Exception {
        Files.writeString(folder.resolve(file), content);
        List<String> command = new ArrayList<>(List.of("scp", "-P", "" + calledPort()));
        command.addAll(options(key));
        command.addAll(List.of(flags));
        command.addAll(List.of("./" + file, login + "@127.0.0.1:" + target));
        return ProcessRun.of(folder, command);
    }

    ProcessRun sftp(String key, String login, String batch) throws Exception {
        Path file = Files.writeString(folder.resolve("batch"), batch);
        List<String> command = new ArrayList<>(List.of("sftp", "-P", "" + calledPort(), "-b", file.toString()));
        command.addAll(options(key));
        command.add(login + "@127.0.0.1");
        return ProcessRun.of(folder, command);
    }

    /** Whether the device may relay from 127.0.0.1 now. */
    boolean hasLease(String user, String device) throws Exception {
        Lease lease = lease(user, device);
        return lease != null && lease.activeAt(registry.now()) && lease.covers(ClientAddress.parse("127.0.0.1"));
    }

    @Nullable
    Lease lease(String user, String device) {
        Principal principal = new Principal(new UserName(user), new DeviceName(device));
        return registry.book().of(principal.user()).stream()
                .filter(lease -> lease.principal().equals(principal))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        endpoint.close();
        thread.close();
        store.close();
    }
}
