package org.scpbeforerelay.registry;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.store.LeaseStore.Recorded;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/** A registry on a real store in a folder, with users gerard (one key) and manwe (none); can be killed and started again. */
final class Scene implements AutoCloseable {
    static final long TERM_MS = 1_200_000;
    static final String KEY = "SHA256:gerards-key";
    static final LeaseTerms TERMS = new LeaseTerms(86_400_000, 60_000, List.of(), Set.of());

    final SettableClock clock = new SettableClock();
    final List<LeaseEvent> events = new ArrayList<>();
    private final Path file;
    Roster roster = roster(user("gerard", true, Map.of(KEY, Long.MAX_VALUE)), user("manwe", true, Map.of()));
    WatchedStore store;
    Registry registry;
    Recovery.Report report;

    Scene(Path folder) throws StoreException {
        file = folder.resolve("leases.db");
        store = new WatchedStore(SqliteLeaseStore.open(file));
        registry = new Registry(store, clock, roster, TERMS);
        report = registry.open();
        registry.listen(events::add);
    }

    /** The process ends and starts again. What is not in the store is gone. */
    void restart() throws StoreException {
        store.close();
        store = new WatchedStore(SqliteLeaseStore.open(file));
        registry = new Registry(store, clock, roster, TERMS);
        report = registry.open();
        registry.listen(events::add);
    }

    CompletableFuture<Verdict> submit(String principal, String... addresses) {
        return registry.announce(announcement(principal, addresses));
    }

    Verdict announce(String principal, String... addresses) {
        CompletableFuture<Verdict> answer = submit(principal, addresses);
        registry.runOnce();
        return answer.join();
    }

    Lease grant(String principal, String address) {
        return switch (announce(principal, address)) {
            case Verdict.Granted granted -> granted.leases().getFirst();
            case Verdict.Refused refused -> throw new AssertionError(refused.toString());
        };
    }

    /** As many leases, eight of each of many more users, in few rounds. */
    void grantMany(int leases) {
        List<Allowance> users = new ArrayList<>(roster.allowances().values());
        for (int i = 0; i < leases; i += 8) {
            users.add(user("crowd" + i / 8, true, Map.of()));
        }
        adopt(roster(users.toArray(Allowance[]::new)));
        List<CompletableFuture<Verdict>> answers = new ArrayList<>();
        for (int i = 0; i < leases; i++) {
            answers.add(
                    submit("crowd" + i / 8 + "/d" + i % 8, "10." + i / 65536 + "." + i / 256 % 256 + "." + i % 256));
        }
        while (registry.hasWork()) {
            registry.runOnce();
        }
        answers.forEach(CompletableFuture::join);
        if (registry.book().size() != leases) {
            throw new AssertionError("granted " + registry.book().size() + " of " + leases);
        }
    }

    Revocation revoke(String what) {
        CompletableFuture<Revocation> answer = registry.revoke(Selection.parse(what), "by operator root");
        registry.runOnce();
        return answer.join();
    }

    Revocation adopt(Roster newRoster) {
        roster = newRoster;
        CompletableFuture<Revocation> answer = registry.adopt(newRoster, TERMS);
        registry.runOnce();
        return answer.join();
    }

    boolean permits(String address) {
        RelayQuestion question = RelayQuestion.byAddressAlone(address(address));
        return registry.decide(question) instanceof RelayDecision.Permitted;
    }

    List<Lease> recorded() {
        List<Lease> all = new ArrayList<>();
        try {
            store.load((Recorded recorded) -> all.add(recorded.lease()));
        } catch (StoreException e) {
            throw new AssertionError(e);
        }
        return all;
    }

    /** What has happened, by the names of the events. */
    List<String> kinds() {
        return events.stream().map(event -> event.getClass().getSimpleName()).toList();
    }

    static RefusalCode refusal(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Refused refused -> refused.code();
            case Verdict.Granted granted -> throw new AssertionError(granted.toString());
        };
    }

    /** By the operator's hand or by gerard's key, who may claim any address: what proves an address is not the matter here. */
    static Announcement announcement(String principal, String... addresses) {
        List<Claim> claims = new ArrayList<>();
        for (String text : addresses) {
            claims.add(new Claim.Address(address(text)));
        }
        Principal who = Principal.parse(principal);
        boolean gerard = who.user().text().equals("gerard");
        return new Announcement(
                who,
                gerard ? LeaseSource.SSH : LeaseSource.OPERATOR,
                gerard ? KEY : "",
                gerard && addresses.length > 0 ? address(addresses[0]) : null,
                claims,
                Announcement.Hold.NONE,
                0,
                Announcement.NO_BOUND,
                Announcement.NOW);
    }

    static ClientAddress address(String text) {
        return ClientAddress.tryParse(text).orElseThrow();
    }

    static Allowance user(String name, boolean enabled, Map<String, Long> keys) {
        return new Allowance(
                new UserName(name),
                enabled,
                List.of(),
                Set.of(),
                SenderRules.ANY,
                TERM_MS,
                Allowance.DEVICES_DEFAULT,
                128,
                null,
                null,
                keys);
    }

    /** The same user, who may also claim addresses in these networks. */
    static Allowance mayAnnounce(Allowance user, List<Network> networks) {
        return new Allowance(
                user.user(),
                user.enabled(),
                networks,
                user.logins(),
                user.senders(),
                user.termMs(),
                user.devices(),
                user.prefix6(),
                user.messages(),
                user.recipients(),
                user.keys());
    }

    static Roster roster(Allowance... users) {
        Map<UserName, Allowance> byName = new HashMap<>();
        for (Allowance user : users) {
            byName.put(user.user(), user);
        }
        return new Roster(byName, Set.of(), null);
    }

    @Override
    public void close() {
        store.close();
    }
}
