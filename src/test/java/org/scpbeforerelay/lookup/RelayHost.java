package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.QuotaEntry;
import org.scpbeforerelay.quota.QuotaLedger;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.QuotaStore;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.journal.QuotaJournal;

/** A relay host without its edges: a real registry with a settable clock, and a listener on a TCP port and a unix socket. */
final class RelayHost implements AutoCloseable {
    static final long TERM_MS = 1_200_000;

    final Time time = new Time();
    final Registry registry;
    volatile boolean diskIsFull;

    /** What the counting thread does before it records. */
    volatile Runnable beforeRecording = () -> {};

    private volatile boolean diskWasFull;
    private LookupListener listener;
    private final LookupSettings settings;
    private final Path journalFile;
    final WatchedMail watched = new WatchedMail();
    private QuotaLedger ledger = new QuotaLedger();
    private QuotaJournal journal;
    private final Map<UserName, Allowance> users = new HashMap<>();
    private final LeaseTerms terms;

    RelayHost(Path folder) throws IOException {
        this(folder, settings -> settings);
    }

    RelayHost(Path folder, UnaryOperator<LookupSettings> otherwise) throws IOException {
        journalFile = Files.createTempDirectory("quotas").resolve("quotas");
        terms = new LeaseTerms(
                24 * 3_600_000,
                60_000,
                List.of(
                        network("192.0.2.0/24"),
                        network("198.51.100.0/24"),
                        network("203.0.113.0/24"),
                        network("2001:db8::/32")),
                Set.of());
        user("gerard", SenderRules.ANY);
        registry = new Registry(new Memory(), time, roster(), terms, who -> ledger.usage(who));
        settings = otherwise.apply(LookupSettings.of(
                List.of(
                        new ListenAddress.Tcp(new InetSocketAddress("127.0.0.1", 0)),
                        new ListenAddress.Unix(folder.resolve("policy"), null)),
                LookupSettings.PolicyChoices.DEFAULT));
        journal = new QuotaJournal(journalFile, time.bootId(), time.now());
        listener = startListener();
    }

    private LookupListener startListener() throws IOException {
        try {
            journal.load(ledger::restore);
            journal.replace(ledger.all(time.now().monotonicMs()), time.now());
        } catch (StoreException e) {
            throw new IOException(e);
        }
        LookupListener fresh = new LookupListener(
                settings, registry, time, new LookupListener.Counting(ledger, new FullDisk(journal, this)), watched);
        fresh.start();
        return fresh;
    }

    /** A daemon that was killed and comes back: what was counted is what the file says. */
    void restartListener() throws IOException {
        listener.close();
        journal.close();
        ledger = new QuotaLedger();
        journal = new QuotaJournal(journalFile, time.bootId(), time.now());
        listener = startListener();
    }

    LookupListener listener() {
        return listener;
    }

    /** How many messages are counted on the user. */
    long used(String user) {
        var messages = ledger.usage(new UserName(user)).messages();
        return messages == null ? 0 : messages.used();
    }

    /** Loads the book; until then the desk is not ready. */
    RelayHost ready() {
        try {
            registry.open();
        } catch (StoreException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    ListenAddress tcp() {
        return listener.boundAddresses().get(0);
    }

    ListenAddress unix() {
        return listener.boundAddresses().get(1);
    }

    void user(String name, SenderRules senders) {
        user(name, senders, null, null);
    }

    void user(String name, SenderRules senders, @Nullable Rate messages, @Nullable Rate recipients) {
        UserName user = new UserName(name);
        Allowance plain = Allowance.plain(user, TERM_MS);
        users.put(
                user,
                new Allowance(
                        user,
                        true,
                        List.of(),
                        Set.of(),
                        senders,
                        TERM_MS,
                        plain.devices(),
                        plain.prefix6(),
                        messages,
                        recipients,
                        Map.of()));
        if (registry != null) {
            var done = registry.adopt(roster(), terms);
            registry.runOnce();
            assertThat(done).isCompleted();
        }
    }

    void lease(String principal, String address) {
        var answer = registry.announce(new Announcement(
                Principal.parse(principal),
                LeaseSource.SSH,
                "",
                address(address),
                List.of(),
                Announcement.Hold.NONE,
                0,
                Announcement.NO_BOUND,
                Announcement.NOW));
        registry.runOnce();
        assertThat(answer.join()).isInstanceOf(Verdict.Granted.class);
    }

    void revoke(String address) {
        var done = registry.revoke(new Selection.OnAddress(address(address)), "by the test");
        registry.runOnce();
        assertThat(done).isCompleted();
    }

    @Override
    public void close() {
        listener.close();
        journal.close();
        try {
            Files.deleteIfExists(journalFile);
            Files.deleteIfExists(journalFile.resolveSibling(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ClientAddress address(String text) {
        return ClientAddress.tryParse(text).orElseThrow();
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (AddressSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Roster roster() {
        return new Roster(users, Set.of(), null);
    }

    /** A clock that stands until it is moved. */
    static final class Time implements Clock {
        private volatile Moment now = new Moment(1_795_000_000_000L, 5_000_000);

        void passMs(long ms) {
            now = now.plusMs(ms);
        }

        @Override
        public Moment now() {
            return now;
        }

        @Override
        public String bootId() {
            return "one boot";
        }

        @Override
        public boolean isSynchronised() {
            return true;
        }
    }

    /** The journal, and nothing gets through to it while the disk is full. */
    private record FullDisk(QuotaJournal journal, RelayHost host) implements QuotaStore {
        @Override
        public void load(Consumer<QuotaEntry> each) throws StoreException {
            journal.load(each);
        }

        @Override
        public void append(QuotaEntry entry, Moment now) throws StoreException {
            check();
            journal.append(entry, now);
        }

        @Override
        public void replace(List<QuotaEntry> all, Moment now) throws StoreException {
            check();
            journal.replace(all, now);
        }

        private void check() throws StoreException {
            host.beforeRecording.run();
            if (host.diskIsFull) {
                host.diskWasFull = true;
                throw new StoreException("No space left on device");
            }
        }

        @Override
        public boolean wantsReplacing() {
            return host.diskWasFull || journal.wantsReplacing();
        }

        @Override
        public @Nullable String failure() {
            return journal.failure();
        }

        @Override
        public void close() {
            journal.close();
        }
    }

    /** A store that forgets at the end of the process. */
    private static final class Memory implements LeaseStore {
        private final Map<LeaseKey, Recorded> recorded = new LinkedHashMap<>();

        @Override
        public void load(Consumer<Recorded> each) {
            new ArrayList<>(recorded.values()).forEach(each);
        }

        @Override
        public void commit(List<LeaseChange> changes, String bootId) {
            for (LeaseChange change : changes) {
                switch (change) {
                    case LeaseChange.Put put -> recorded.put(put.key(), new Recorded(put.lease(), bootId));
                    case LeaseChange.Remove remove -> recorded.remove(remove.key());
                }
            }
        }

        @Override
        public String describe() {
            return "in memory";
        }

        @Override
        public void close() {}
    }
}
