package org.scpbeforerelay.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.shared.SharedStore;

/**
 * A pool of relay hosts on one log, some dozens of acts drawn from a seed, and after each of them a look at every host.
 *
 * <p>Invariants: no host permits what was not announced and proved, nor past its end in true time (a host that was rebooted without the
 * engine: past its end by the bound for clocks); a host that took a lease away, or has read of it, does not permit by it. And when
 * all is well again: all hosts have the same book; what was acknowledged last about a place is what it says.
 */
final class PoolSimulation {
    static final Map<String, Model.User> USERS = new TreeMap<>();
    private static final int ACTS = 70;
    private static final int HOSTS = 3;
    private static final long BOUND_MS = 2_000;

    /** So much earlier other hosts may end a lease: they keep the bound back, and each of the two clocks may be off by it. */
    private static final long EARLY_MS = 3 * BOUND_MS;

    static {
        Cast.USERS.forEach(user -> USERS.put(user, new Model.User(true, "SHA256:1", Model.TERM_MAX_MS)));
    }

    /**
     * What somebody said about a place, in true time.
     *
     * @param host at which host
     * @param address null: nothing shall stand here
     * @param acknowledged whether the one who said it was told that it is so; if not, it may be so
     */
    private record Word(
            String host, String place, @Nullable String address, long atMs, long endMs, boolean acknowledged) {}

    private final long seed;
    private final Random random;
    private final SimulatedEngine engine;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final List<Word> words = new ArrayList<>();
    private final Deque<String> acts = new ArrayDeque<>();
    private long trueMs = SettableClock.NOON_MS;
    private final boolean restarts;
    private long settledMs;
    private final Set<String> forgetful = new TreeSet<>();
    private boolean rebooted;
    private boolean restarted;

    PoolSimulation(long seed) throws StoreException {
        this.seed = seed;
        this.random = new Random(seed);
        this.engine = new SimulatedEngine(random, trueMs);
        engine.failures = random.nextBoolean() ? 0 : 60;
        restarts = random.nextBoolean();
        for (int i = 0; i < HOSTS; i++) {
            SettableClock clock = new SettableClock(trueMs + random.nextLong(-1_900, 1_901));
            String name = "relay" + i;
            SharedStore.WhenAway whenAway =
                    random.nextBoolean() ? SharedStore.WhenAway.LOCAL : SharedStore.WhenAway.REFUSE;
            SimulatedHost host = new SimulatedHost(name, clock, engine.from(name), whenAway);
            host.start();
            hosts.add(host);
        }
    }

    void run() {
        try {
            for (int i = 0; i < ACTS; i++) {
                act();
                look();
                if (random.nextInt(12) == 0) {
                    settle();
                    compare();
                }
            }
            settle();
            compare();
        } catch (AssertionError | RuntimeException | StoreException e) {
            throw new AssertionError(
                    "simulation failed: " + e.getMessage() + "\nseed " + seed + ": run it again with -Dsimulation.seed="
                            + seed + "\nthe last acts:\n  " + String.join("\n  ", acts),
                    e);
        }
    }

    private void act() throws StoreException {
        pass(1 + random.nextLong(40));
        SimulatedHost host = any(hosts);
        switch (random.nextInt(restarts ? 24 : 22)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> announce(host);
            case 8, 9 -> revoke(host);
            case 10, 11, 12 -> follow(host);
            case 13 -> pass(random.nextLong(1, 20_000));
            case 14 -> pass(random.nextLong(1, Model.TERM_MAX_MS));
            case 15 -> passToAnEnd();
            case 16 -> {
                note(host.name + " is cut off");
                engine.cut(host.name);
            }
            case 17 -> {
                note("all is connected");
                engine.heal();
            }
            case 18 -> {
                int lost = random.nextInt(6);
                String alone = random.nextInt(3) == 0 ? host.name : null;
                note("failover, " + lost + " entries lost, alone with the former: " + alone);
                engine.failOver(lost, alone, 0);
            }
            case 19 -> {
                note("the engine is emptied");
                engine.empty();
            }
            case 20 -> {
                note("the engine restarts empty");
                engine.restartEmpty();
            }
            case 21 -> {
                note("everybody follows");
                hosts.forEach(one -> one.follow(1 + random.nextInt(4)));
            }
            case 22 -> {
                note(host.name + " is killed and starts");
                restart(host);
            }
            default -> reboot(host);
        }
    }

    private void reboot(SimulatedHost host) throws StoreException {
        host.kill();
        rebooted = true;
        host.clock.reboot(0); // its clocks go on with all the others
        pass(random.nextLong(1, 100_000));
        host.clock.synchronised(random.nextBoolean());
        note(host.name + " reboots, its clock synchronised: " + host.clock.isSynchronised());
        if (!host.clock.isSynchronised()) {
            forget(host);
        }
        restart(host);
    }

    /** What nobody has heard but this host may be gone; and all, when nobody else is left who knows it and the engine lost it. */
    private void forget(SimulatedHost host) {
        forgetful.add(host.name);
        for (Word word : List.copyOf(words)) {
            boolean unheard = word.host().equals(host.name) && word.atMs() >= settledMs;
            if (unheard || forgetful.size() == HOSTS) {
                words.add(new Word(host.name, word.place(), null, trueMs, trueMs, false));
            }
        }
    }

    private void restart(SimulatedHost host) throws StoreException {
        restarted = true;
        host.kill();
        host.start();
    }

    private void announce(SimulatedHost host) {
        String user = any(Cast.USERS);
        String device = any(Cast.DEVICES.subList(0, 2));
        String address = any(Cast.ADDRESSES);
        CompletableFuture<Verdict> answer =
                host.registry().announce(Cast.announcement(user, device, "SHA256:1", List.of(address), false));
        host.runRounds();
        String place = user + "/" + device + (address.contains(":") ? "/ipv6" : "/ipv4");
        Verdict verdict = Objects.requireNonNull(answer.getNow(null), "not answered");
        switch (verdict) {
            case Verdict.Granted granted -> {
                Lease lease = granted.leases().getFirst();
                place = lease.key().toString();
                long left = lease.leftMs(host.clock.now());
                // A renewal that was not worth a word: what another host said
                // just before, unread here, may have ended it.
                boolean spared = lease.renewedAtMs() < host.clock.now().wallMs();
                words.add(new Word(host.name, place, address, trueMs, trueMs + left, !spared));
            }
            case Verdict.Refused refused -> {
                boolean maybe = refused.code().text().equals("store-unavailable");
                if (maybe) {
                    // Withdrawn again, but others may have seen it, and the withdrawal.
                    words.add(new Word(host.name, place, address, trueMs, trueMs + Model.TERM_MAX_MS, false));
                    words.add(new Word(host.name, place, null, trueMs, trueMs, false));
                }
            }
        }
        note(host.name + ": " + place + " announces " + address + ": " + verdict);
    }

    private void revoke(SimulatedHost host) {
        boolean byAddress = random.nextBoolean();
        String what = byAddress ? any(Cast.ADDRESSES) : any(Cast.USERS);
        Selection selection = byAddress ? new Selection.OnAddress(Cast.address(what)) : Selection.parse(what);
        List<Lease> meant = selection.in(host.registry().book()).stream()
                .filter(lease -> lease.activeAt(host.clock.now()))
                .toList();
        CompletableFuture<Revocation> answer = host.registry().revoke(selection, "simulated");
        host.runRounds();
        require(answer.isDone(), "a revocation is not answered");
        note(host.name + ": revoke " + what + " "
                + meant.stream().map(Lease::key).toList());
        meant.forEach(lease -> words.add(new Word(host.name, lease.key().toString(), null, trueMs, trueMs, true)));
        for (Lease lease : meant) {
            require(
                    host.permits(lease.addressText()) == null
                            || !Objects.equals(
                                    host.permits(lease.addressText()),
                                    lease.key().toString()),
                    lease.key() + " was revoked here and still permits");
        }
    }

    private void follow(SimulatedHost host) {
        note(host.name + " follows");
        host.follow(1 + random.nextInt(5));
    }

    private void pass(long ms) {
        trueMs += ms;
        engine.pass(ms);
        hosts.forEach(host -> host.clock.passMs(ms));
        if (ms > 100) {
            note(ms + " ms pass");
        }
    }

    private void passToAnEnd() {
        List<Word> alive = words.stream()
                .filter(word -> word.address() != null && word.endMs() > trueMs)
                .toList();
        if (!alive.isEmpty()) {
            pass(Math.max(1, any(alive).endMs() - trueMs + random.nextLong(-1, 2)));
        }
    }

    /** All is connected, and everybody has read all there is. */
    private void settle() {
        engine.heal();
        int failures = engine.failures;
        engine.failures = 0;
        for (int i = 0; i < 3; i++) {
            pass(1_001);
            for (SimulatedHost host : hosts) {
                host.follow(60);
            }
        }
        // What a host has lost for good, others write again after a while.
        pass(31_000);
        for (int i = 0; i < 3; i++) {
            pass(1_001);
            hosts.forEach(host -> host.follow(60));
        }
        engine.failures = failures;
        settledMs = trueMs;
        forgetful.clear();
        note("all is well again");
    }

    // What must be

    private void look() {
        for (SimulatedHost host : hosts) {
            for (String address : Cast.ADDRESSES) {
                String place = host.permits(address);
                if (place == null) {
                    continue;
                }
                long grace = rebooted ? BOUND_MS : 0;
                boolean proven = words.stream()
                        .anyMatch(word -> word.place().equals(place)
                                && address.equals(word.address())
                                && word.endMs() + grace > trueMs);
                require(proven, host.name + " permits " + address + " by " + place + ", of which nobody has a lease");
            }
        }
    }

    private void compare() {
        Map<String, List<Word>> byPlace = new TreeMap<>();
        words.forEach(word -> byPlace.computeIfAbsent(word.place(), place -> new ArrayList<>())
                .add(word));
        byPlace.forEach(this::compare);
    }

    private void compare(String place, List<Word> said) {
        int lastCertain = said.size() - 1;
        while (lastCertain >= 0 && !said.get(lastCertain).acknowledged()) {
            lastCertain--;
        }
        // A host that starts knows its own words by its own clock again, to the bound: where the engine has
        // lost them too, words of two hosts about one place within that time may change places.
        while (restarted
                && lastCertain > 0
                && said.get(lastCertain - 1).atMs() > said.get(lastCertain).atMs() - 2 * BOUND_MS) {
            lastCertain--;
        }
        List<Word> possible = said.subList(Math.max(0, lastCertain), said.size());
        List<@Nullable String> found = new ArrayList<>();
        for (SimulatedHost host : hosts) {
            found.add(standing(host, place));
        }
        long late = rebooted ? BOUND_MS : 0;
        boolean nearAnEnd = said.stream()
                .anyMatch(word ->
                        word.address() != null && word.endMs() > trueMs - late && word.endMs() < trueMs + EARLY_MS);
        if (nearAnEnd) {
            return;
        }
        require(found.stream().distinct().count() <= 1, place + " stands differently at the hosts: " + found);
        String address = found.getFirst();
        boolean right = possible.stream()
                .anyMatch(word -> Objects.equals(word.endMs() > trueMs ? word.address() : null, address));
        boolean undone = possible.size() > 1;
        require(right || undone, place + " stands at " + address + " instead of " + possible);
    }

    private static @Nullable String standing(SimulatedHost host, String place) {
        for (Lease lease : host.registry().book().all()) {
            if (lease.key().toString().equals(place) && lease.activeAt(host.clock.now())) {
                return lease.addressText();
            }
        }
        return null;
    }

    private <T> T any(List<T> choice) {
        return choice.get(random.nextInt(choice.size()));
    }

    private void note(String act) {
        acts.add(act);
        if (acts.size() > 40) {
            acts.remove();
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
