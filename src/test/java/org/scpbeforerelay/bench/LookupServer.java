package org.scpbeforerelay.bench;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.lookup.ListenAddress;
import org.scpbeforerelay.lookup.LookupListener;
import org.scpbeforerelay.lookup.LookupSettings;
import org.scpbeforerelay.quota.QuotaLedger;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.sink.history.History;
import org.scpbeforerelay.sink.history.HistorySettings;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.journal.QuotaJournal;

/** The lookup listener as the daemon runs it, with a full book: {@code PORT SOCKET LEASES}. Ends with its standard input. */
final class LookupServer {
    private LookupServer() {}

    public static void main(String[] arguments) throws Exception {
        int leases = Integer.parseInt(arguments[2]);
        UserName user = new UserName("gerard");
        Roster roster = new Roster(Map.of(user, Allowance.plain(user, 1_200_000)), Set.of(), null);
        LeaseTerms terms = new LeaseTerms(86_400_000, 60_000, List.of(), Set.of());
        SystemClock clock = new SystemClock();
        QuotaLedger ledger = new QuotaLedger();
        QuotaJournal journal =
                new QuotaJournal(Path.of(arguments[1]).resolveSibling("quotas"), clock.bootId(), clock.now());
        Registry registry = new Registry(new Full(user, leases, clock), clock, roster, terms, ledger);
        LookupSettings settings = LookupSettings.of(
                List.of(
                        new ListenAddress.Tcp(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0]))),
                        new ListenAddress.Unix(Path.of(arguments[1]), null)),
                LookupSettings.PolicyChoices.DEFAULT);
        try (History history =
                        new History(Path.of(arguments[1]).resolveSibling("history"), clock, registry.book()::get);
                LookupListener listener = new LookupListener(
                        settings, registry, clock, new LookupListener.Counting(ledger, journal), history.mails())) {
            history.start(new HistorySettings(90L * 86_400_000, 1L << 30));
            registry.open();
            listener.start();
            EchoServer.serveUntilInputEnds();
        }
    }

    /** A record of as many leases as are wanted, on addresses that follow one another. */
    private record Full(UserName user, int count, SystemClock clock) implements LeaseStore {
        @Override
        public void load(Consumer<Recorded> each) {
            Moment now = clock.now().plusMs(-1_000); // a lease from the future would be dropped
            for (int i = 0; i < count; i++) {
                ClientAddress address = LookupBenchmark.leased(i);
                Principal principal = new Principal(user, new DeviceName("d" + i));
                long end = 36_000_000;
                each.accept(new Recorded(
                        new Lease(
                                LeaseKey.of(principal, address, LeaseSource.OPERATOR),
                                address,
                                32,
                                LeaseSource.OPERATOR,
                                false,
                                "",
                                now.wallMs(),
                                now.wallMs(),
                                now.wallMs() + end,
                                now.monotonicMs() + end),
                        clock.bootId()));
            }
        }

        @Override
        public void commit(List<LeaseChange> changes, String bootId) {}

        @Override
        public String describe() {
            return "made up";
        }

        @Override
        public void close() {}
    }
}
