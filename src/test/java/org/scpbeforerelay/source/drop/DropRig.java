package org.scpbeforerelay.source.drop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/**
 * Drop directories below a folder, a registry on a real store, and the two in turns. Who runs the test is gerard, and user id
 * 60123 is manwe. The clock is the machine's, because files have its times, and can be set ahead or back.
 */
final class DropRig implements AutoCloseable {
    static final int MANWE = 60123;
    static final long TERM_MS = 1_200_000;

    final Path home;
    final Path folder;
    final List<LeaseEvent> events = new ArrayList<>();
    final List<String> askedLogins = new ArrayList<>();
    LoginEvidence evidence = LoginEvidence.NONE;
    private final Path state;
    private final SystemClock machine = new SystemClock();
    private final List<Network> mayAnnounce;
    private final String pattern;
    private final DropSettings.Proof proof;
    private long aheadMs;
    private SqliteLeaseStore store;
    private Registry registry;
    DropRounds rounds;

    final Clock clock = new Clock() {
        @Override
        public Moment now() {
            return machine.now().plusMs(aheadMs);
        }

        @Override
        public String bootId() {
            return machine.bootId();
        }

        @Override
        public boolean isSynchronised() {
            return machine.isSynchronised();
        }
    };

    /** A directory {@code home/gerard/tmp}, matched by {@code home/*}{@code /tmp}. */
    DropRig(Path temp, DropSettings.Proof proof, String... mayAnnounce) throws IOException {
        this(temp, "/home/*/tmp", proof, mayAnnounce);
    }

    DropRig(Path temp, String glob, DropSettings.Proof proof, String... mayAnnounce) throws IOException {
        this.home = Files.createDirectories(temp.resolve("home"));
        this.folder = directory("gerard/tmp");
        this.state = Files.createDirectories(temp.resolve("state"));
        this.pattern = temp + glob;
        this.proof = proof;
        this.mayAnnounce = List.of(mayAnnounce).stream().map(DropRig::network).toList();
        try {
            store = SqliteLeaseStore.open(state.resolve("leases.db"));
            registry = new Registry(store, clock, roster(), terms());
            registry.open();
            registry.listen(events::add);
            rounds = newRounds();
            turn(); // what is written from now on is told by events
        } catch (StoreException e) {
            throw new IOException(e);
        }
    }

    /** The daemon ends and starts again, with what is on disk. */
    void restart() {
        try {
            rounds.close();
            store.close();
            store = SqliteLeaseStore.open(state.resolve("leases.db"));
            registry = new Registry(store, clock, roster(), terms());
            registry.open();
            registry.listen(events::add);
            rounds = newRounds();
        } catch (StoreException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The daemon forgets which files it has announced. */
    void forgetSeen() throws IOException {
        Files.delete(state.resolve("drop-seen"));
    }

    private DropRounds newRounds() throws IOException {
        LoginEvidence asked = (login, address, fromMs, toMs) -> {
            askedLogins.add(login + " " + address + " " + (toMs - fromMs));
            return evidence.loggedIn(login, address, fromMs, toMs);
        };
        return new DropRounds(
                settings(),
                roster(),
                registry,
                clock,
                asked,
                new Inmates(),
                SeenFiles.open(state.resolve("drop-seen")));
    }

    DropSettings settings() {
        return new DropSettings(List.of(pattern), "*-ip", proof);
    }

    Registry registry() {
        return registry;
    }

    Roster roster() {
        return roster(allowance("gerard"), allowance("manwe"));
    }

    static Roster roster(Allowance... users) {
        Map<UserName, Allowance> byName = new HashMap<>();
        for (Allowance user : users) {
            byName.put(user.user(), user);
        }
        return new Roster(byName, Set.of(), null);
    }

    Allowance allowance(String name) {
        return new Allowance(
                new UserName(name),
                true,
                mayAnnounce,
                Set.of(),
                SenderRules.ANY,
                TERM_MS,
                8,
                128,
                null,
                null,
                Map.of());
    }

    private static LeaseTerms terms() {
        // The documentation networks, which are special, stand for the internet.
        return new LeaseTerms(
                86_400_000,
                60_000,
                List.of(network("198.51.100.0/24"), network("203.0.113.0/24"), network("2001:db8::/32")),
                Set.of(ClientAddress.tryParse("192.0.2.25").orElseThrow()));
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (AddressSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    Path directory(String name) throws IOException {
        Path directory = Files.createDirectories(home.resolve(name));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return directory;
    }

    /** Writes a file in place and leaves it closed. */
    Path write(String name, String content) {
        try {
            return Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void own(Path path, int uid) throws IOException {
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }

    /** Lets time pass on both clocks, but not for files. */
    void passMs(long ms) {
        aheadMs += ms;
    }

    /** Turns until it is so, for 10 s at the most. */
    void until(BooleanSupplier condition) throws IOException {
        long endMs = machine.now().monotonicMs() + Duration.ofSeconds(10).toMillis();
        while (!condition.getAsBoolean()) {
            if (machine.now().monotonicMs() > endMs) {
                throw new AssertionError("not so after 10 s; events: " + events + ", health: " + rounds.health());
            }
            turn();
        }
    }

    void turn() throws IOException {
        rounds.turn(5);
        registry.runOnce();
    }

    /** Turns for a while of the machine's time: for what must not happen. */
    void turnForMs(long ms) throws IOException {
        long endMs = machine.now().monotonicMs() + ms;
        while (machine.now().monotonicMs() < endMs) {
            turn();
        }
    }

    /** Turns through a whole rescan that begins now, and the looks it leads to. */
    void rescan() throws IOException {
        turnForMs(100);
        passMs(DropRounds.RESCAN_MS + DropRounds.QUIET_MS);
        turnForMs(100);
    }

    boolean permits(String address) {
        return registry.decide(RelayQuestion.byAddressAlone(
                        ClientAddress.tryParse(address).orElseThrow()))
                instanceof RelayDecision.Permitted;
    }

    List<LeaseEvent.Refused> refusals() {
        return events.stream()
                .filter(LeaseEvent.Refused.class::isInstance)
                .map(LeaseEvent.Refused.class::cast)
                .toList();
    }

    /** Waits for a refusal, and gives its code. */
    RefusalCode refusal() throws IOException {
        until(() -> !refusals().isEmpty());
        return refusals().getLast().verdict().code();
    }

    String reason() {
        return refusals().getLast().verdict().reason();
    }

    List<String> granted() {
        return events.stream()
                .filter(LeaseEvent.Granted.class::isInstance)
                .map(event -> ((LeaseEvent.Granted) event).lease())
                .map(lease -> lease.principal() + " " + lease.addressText())
                .toList();
    }

    void revokeAll() {
        registry.revoke(new Selection.OfUser(new UserName("gerard")), "by operator root");
        registry.runOnce();
    }

    @Override
    public void close() {
        rounds.close();
        store.close();
    }

    /** Accounts of this test, not of the machine. */
    static final class Inmates implements Accounts {
        @Override
        public Optional<String> nameOf(int uid) {
            return uid == own() ? Optional.of("gerard") : uid == MANWE ? Optional.of("manwe") : Optional.empty();
        }

        @Override
        public boolean isPrivateGroup(int gid, int uid) {
            return gid == 60123 && uid == MANWE;
        }

        @Override
        public void forget() {}

        static int own() {
            try {
                return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
