package org.scpbeforerelay.sink.table;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;

/** A book, users, clocks and one table that follows them; rounds are run by hand. */
final class TableScene implements AutoCloseable {
    static final long TERM_MS = 1_200_000;

    final SettableClock clock = new SettableClock(System.currentTimeMillis());
    final LeaseBook book = new LeaseBook();
    final Path folder;
    final TableSettings settings;
    private final Map<UserName, Allowance> users = new HashMap<>();
    private final Set<String> everGranted = new TreeSet<>();
    private volatile Roster roster = Roster.EMPTY;
    private volatile LeaseTerms terms = terms();
    private TableTools tools;
    private @Nullable TableWriter writer;
    private @Nullable TableLock lock;

    TableScene(Path folder, TableSettings settings, TableTools tools) throws Exception {
        this.folder = folder;
        this.settings = settings;
        this.tools = tools;
        for (String user : List.of("gerard", "frodo", "sam")) {
            put(Allowance.plain(new UserName(user), TERM_MS));
        }
        start();
    }

    TableFiles files() {
        return new TableFiles(folder, settings);
    }

    TableTools tools() {
        return tools;
    }

    TableHealth health() {
        return writer().health();
    }

    // ---- the daemon

    /** The daemon starts, and looks for the first time. */
    void start() throws Exception {
        lock = TableLock.tryTake(folder).orElseThrow();
        lock.beat(clock);
        writer = new TableWriter(
                AccessTable.of(files(), tools),
                tools,
                new WantedRows(book, () -> roster, () -> terms, settings.type()),
                clock,
                () -> {});
        writer.round();
    }

    /** The daemon is killed: nothing is tidied up. */
    void kill() {
        writer = null;
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }

    /** The same daemon with other programs. */
    void startAnewWith(TableTools others) throws Exception {
        kill();
        tools = others;
        start();
    }

    /** One look, a little later, so that no gap between changes is in the way. */
    void round() {
        clock.passMs(settings.type().gapMs() + 5_000);
        writer().round();
    }

    /** One look now. */
    long roundNow() {
        return writer().round();
    }

    TableExpirer.Report expire() throws TableException {
        return new TableExpirer(folder, tools, clock).expire();
    }

    @Override
    public void close() {
        kill();
    }

    private TableWriter writer() {
        return Objects.requireNonNull(writer, "the daemon runs");
    }

    // ---- the book

    void grant(String principal, String address, long termMs) {
        put(SampleLeases.lease(principal, address, clock.now(), termMs));
    }

    void grantNetwork64(String principal, String address) {
        put(SampleLeases.lease(
                Principal.parse(principal),
                SampleLeases.address(address),
                64,
                LeaseSource.SSH,
                "",
                clock.now(),
                TERM_MS));
    }

    void grantByKey(String principal, String address, String proof) {
        put(SampleLeases.lease(
                Principal.parse(principal),
                SampleLeases.address(address),
                128,
                LeaseSource.SSH,
                proof,
                clock.now(),
                TERM_MS));
    }

    /** Every address there ever was a lease on. */
    Set<String> everGranted() {
        return everGranted;
    }

    private void put(Lease lease) {
        everGranted.add(lease.addressText());
        Lease former = book.put(lease);
        if (former != null) {
            writer().touch(former.network());
        }
        writer().touch(lease.network());
    }

    void revoke(String principal, String address) {
        Lease lease = SampleLeases.lease(principal, address, clock.now(), TERM_MS);
        book.remove(lease.key());
        writer().touch(lease.network());
    }

    // ---- the host

    /** These are the host's own addresses from now on. All special networks are allowed but what lies in them. */
    void hostAddresses(String... own) {
        terms = terms(own);
    }

    static LeaseTerms terms(String... own) {
        Set<ClientAddress> addresses = Stream.of(own).map(SampleLeases::address).collect(Collectors.toSet());
        List<Network> samples = Stream.of("203.0.113.0/25", "198.51.100.0/24", "10.0.0.0/8", "2001:db8::/33")
                .map(TableScene::network)
                .toList();
        return new LeaseTerms(86_400_000, 60_000, samples, addresses);
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (AddressSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    // ---- users

    void put(Allowance allowance) {
        users.put(allowance.user(), allowance);
        roster = new Roster(users, Set.of(), null);
    }

    /** The user may use these senders only, or any when there are none. */
    void limit(String user, String... senders) {
        Allowance plain = Allowance.plain(new UserName(user), TERM_MS);
        put(new Allowance(
                plain.user(),
                true,
                List.of(),
                Set.of(),
                new SenderRules(List.of(senders)),
                TERM_MS,
                8,
                128,
                null,
                null,
                Map.of()));
    }

    /** The user's key, which expires at this instant of the wall clock. */
    void key(String user, String proof, long expiresAtMs) {
        put(new Allowance(
                new UserName(user),
                true,
                List.of(),
                Set.of(),
                SenderRules.ANY,
                TERM_MS,
                8,
                128,
                null,
                null,
                Map.of(proof, expiresAtMs)));
    }
}
