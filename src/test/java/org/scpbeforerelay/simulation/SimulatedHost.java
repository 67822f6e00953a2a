package org.scpbeforerelay.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.quota.Charge;
import org.scpbeforerelay.quota.MessageSoFar;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.QuotaEntry;
import org.scpbeforerelay.quota.QuotaLedger;
import org.scpbeforerelay.quota.QuotaRules;
import org.scpbeforerelay.quota.QuotaVerdict;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore.Recorded;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.shared.Follower;
import org.scpbeforerelay.store.shared.LogEngine;
import org.scpbeforerelay.store.shared.Revocations;
import org.scpbeforerelay.store.shared.SharedQuotas;
import org.scpbeforerelay.store.shared.SharedRecord;
import org.scpbeforerelay.store.shared.SharedStore;

/** One relay host of a simulated pool: the real registry on the real shared store, with a disk and clocks of its own. */
final class SimulatedHost {
    final String name;
    final SettableClock clock;
    final List<SharedRecord.Revoked> revoked = new ArrayList<>();
    private final List<QuotaEntry> journal = new ArrayList<>();
    private QuotaLedger ledger = new QuotaLedger();
    private final Map<LeaseKey, Recorded> disk = new HashMap<>();
    private final LogEngine engine;
    private final SharedStore.WhenAway whenAway;
    private @Nullable SharedStore store;
    private @Nullable Follower follower;
    private @Nullable Registry registry;

    SimulatedHost(String name, SettableClock clock, LogEngine engine, SharedStore.WhenAway whenAway) {
        this.name = name;
        this.clock = clock;
        this.engine = engine;
        this.whenAway = whenAway;
    }

    boolean isUp() {
        return registry != null;
    }

    Registry registry() {
        return java.util.Objects.requireNonNull(registry);
    }

    Follower follower() {
        return java.util.Objects.requireNonNull(follower);
    }

    SharedStore store() {
        return java.util.Objects.requireNonNull(store);
    }

    void start() throws StoreException {
        SharedStore opened = new SharedStore(
                new SimulatedStore(disk),
                new Revocations() {
                    @Override
                    public List<SharedRecord.Revoked> load(long wallMs) {
                        revoked.removeIf(one -> one.untilMs() <= wallMs);
                        return List.copyOf(revoked);
                    }

                    @Override
                    public void add(List<SharedRecord.Revoked> more, long wallMs) {
                        revoked.addAll(more);
                    }
                },
                name,
                "simulated engine",
                clock,
                whenAway,
                Cast.TERMS::maxTermMs);
        follower = new Follower(opened, engine);
        QuotaLedger begunLedger = new QuotaLedger();
        ledger = begunLedger;
        journal.forEach(begunLedger::restore);
        opened.share(new SharedQuotas(
                begunLedger,
                heard -> heard.forEach(spent -> {
                    QuotaEntry entry = begunLedger.hear(spent, clock.now().monotonicMs());
                    if (entry != null) {
                        journal.add(entry);
                    }
                })));
        Registry begun = new Registry(opened, clock, Cast.roster(PoolSimulation.USERS), Cast.TERMS);
        begun.open();
        store = opened;
        registry = begun;
    }

    /** As by SIGTERM. */
    void end() {
        store().close();
        kill();
    }

    /** As by kill -9. */
    void kill() {
        registry = null;
        follower = null;
        store = null;
    }

    /** Some steps of the one that follows the log. */
    void follow(int steps) {
        for (int i = 0; i < steps; i++) {
            follower().step(this::carryOut, 0);
        }
    }

    private void carryOut(Supplier<List<LeaseChange>> news) {
        registry().follow(news);
        runRounds();
    }

    void runRounds() {
        do {
            registry().runOnce();
        } while (registry().hasWork() || registry().untilNextRoundMs(1) == 0);
    }

    /** Whether one more mail of this user is within the limit; then it is counted, as a lookup would. */
    boolean mails(Allowance allowance) {
        long nowMs = clock.now().monotonicMs();
        QuotaVerdict verdict = QuotaRules.judge(allowance, ledger.usage(allowance.user()), MessageSoFar.NEW, nowMs);
        if (verdict instanceof Charge charge) {
            journal.add(ledger.count(charge, null, null, nowMs));
            return true;
        }
        return false;
    }

    /** How many messages of the limit are used here. */
    long used(Allowance allowance) {
        Meter messages = ledger.usage(allowance.user())
                .at(allowance, clock.now().monotonicMs())
                .messages();
        return messages == null ? 0 : messages.used();
    }

    /** Through whose lease this address may relay; null when it may not. */
    @Nullable
    String permits(String address) {
        RelayDecision decision = registry().decide(RelayQuestion.byAddressAlone(Cast.address(address)));
        return decision instanceof RelayDecision.Permitted permitted
                ? permitted.lease().key().toString()
                : null;
    }
}
