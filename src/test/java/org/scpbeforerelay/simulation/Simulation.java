package org.scpbeforerelay.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.simulation.FaultyStore.Fault;
import org.scpbeforerelay.simulation.Model.Right;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.LeaseStore.Recorded;
import org.scpbeforerelay.store.StoreException;

/**
 * One run: some dozens of acts drawn from a seed, and after each of them the real house compared with the {@link Model}.
 *
 * <p>Invariants: no permit without an active, proven lease, none at or after its end in true time as far as the clocks can
 * tell; a grant that was answered survives every crash; a commit is all or nothing; what the disk holds, replayed, is the live
 * book; nothing comes back past its end; a refusal changes nothing; a device has one lease per family.
 */
final class Simulation {
    private static final int ACTS = 60;
    /** Opens the store under test on what it had recorded before. */
    interface Disk {
        LeaseStore open() throws StoreException;
    }

    private final long seed;
    private final Disk disk;
    private final Random random;
    private final SettableClock clock;
    private final Clock registrysClock;
    private final Model model = new Model();
    private final Deque<String> acts = new ArrayDeque<>();
    private FaultyStore store;
    private Registry registry;
    private Fault fault = Fault.NONE;

    Simulation(long seed, Disk disk) throws StoreException {
        this(seed, disk, clock -> clock);
    }

    /** {@code look}: how the registry sees the clocks. */
    Simulation(long seed, Disk disk, UnaryOperator<Clock> look) throws StoreException {
        this.seed = seed;
        this.disk = disk;
        this.random = new Random(seed);
        this.clock = new SettableClock(model.wall());
        this.registrysClock = look.apply(clock);
        for (String user : Cast.USERS) {
            model.users.put(user, new Model.User(true, "SHA256:1", Model.TERM_MAX_MS));
        }
        store = new FaultyStore(disk.open());
        registry = new Registry(store, registrysClock, Cast.roster(model.users), Cast.TERMS);
        registry.open();
    }

    void run() {
        try {
            for (int i = 0; i < ACTS; i++) {
                act();
                compare();
            }
        } catch (AssertionError | RuntimeException | StoreException e) {
            throw new AssertionError(
                    "simulation failed: " + e.getMessage() + "\nseed " + seed + ": run it again with -Dsimulation.seed="
                            + seed + "\nthe last acts:\n  " + String.join("\n  ", acts),
                    e);
        } finally {
            store.close();
        }
    }

    private void act() throws StoreException {
        fault = random.nextInt(4) > 0 ? Fault.NONE : any(List.of(Fault.values()));
        store.fault = fault;
        switch (random.nextInt(17)) {
            case 0, 1, 2, 3, 4 -> announce(1);
            case 5, 6 -> announce(2 + random.nextInt(5));
            case 7 -> revoke();
            case 8 -> reload();
            case 9 -> pass(random.nextLong(1, 90_000));
            case 10 -> pass(random.nextLong(1, 2 * Model.TERM_MAX_MS));
            case 11 -> passToAnEnd();
            case 12 -> step(random.nextBoolean() ? random.nextLong(-500, 500) : random.nextLong(-4_000_000, 4_000_000));
            case 13 -> idle();
            case 14 -> restart("the process is killed");
            case 15 -> synchronise();
            default -> reboot();
        }
    }

    // What may happen

    /** Some announcements that share a round, as those do that arrive while a commit runs. */
    private void announce(int count) throws StoreException {
        List<Said> said = new ArrayList<>();
        Map<String, @Nullable Right> attempts = new HashMap<>();
        model.reviveWaiting(clock.isSynchronised());
        Map<String, Right> before = model.everything();
        for (int i = 0; i < count; i++) {
            String user = any(Cast.USERS);
            String device = any(Cast.DEVICES);
            String key = random.nextInt(8) == 0 ? "SHA256:2" : "SHA256:1";
            List<String> addresses = new ArrayList<>(List.of(any(Cast.ADDRESSES)));
            String second = any(Cast.ADDRESSES);
            if (random.nextInt(3) == 0
                    && second.contains(":") != addresses.getFirst().contains(":")) {
                addresses.add(second);
            }
            boolean anothers = random.nextInt(10) == 0;
            String refusal = model.judge(user, device, key, addresses, anothers);
            List<Right> rights = refusal == null ? model.granting(user, device, key, addresses) : List.of();
            // Judged in their order: the next of this round sees the ones before it. Even one that is refused
            // for a failing store may be on the disk, and come back: it was proven all the same.
            rights.forEach(right -> {
                model.noLongerWaits(right.place());
                model.grant(right);
                model.promise(right);
                attempts.put(right.place(), right);
            });
            said.add(new Said(
                    rights, refusal, registry.announce(Cast.announcement(user, device, key, addresses, anothers))));
        }
        note("announce " + said);
        if (!runRounds()) {
            restoreAndAttempt(before, attempts);
            said.forEach(one ->
                    require(!(one.answer().getNow(null) instanceof Verdict.Granted), "granted in a crash: " + one));
            crashed(before, attempts);
            return;
        }
        boolean failed = fault != Fault.NONE;
        if (failed) {
            restoreAndAttempt(before, attempts);
        }
        for (Said one : said) {
            String expected = one.refusal() != null ? one.refusal() : failed ? "store-unavailable" : "granted";
            String actual = switch (one.answer().getNow(null)) {
                case null -> "not answered";
                case Verdict.Granted granted -> "granted";
                case Verdict.Refused refused -> refused.code().text();
            };
            require(actual.equals(expected), actual + " instead of " + expected + " to " + one);
        }
        if (!failed) {
            model.allIsRecorded();
        }
    }

    private void revoke() throws StoreException {
        boolean byAddress = random.nextBoolean();
        String what = byAddress ? any(Cast.ADDRESSES) : any(Cast.USERS);
        model.reviveWaiting(clock.isSynchronised());
        Map<String, Right> before = model.everything();
        Map<String, @Nullable Right> attempts = model.takeAll(
                right -> byAddress ? right.address().equals(what) : right.user().equals(what));
        note("revoke " + what);
        takeAway(before, attempts, registry.revoke(Selection.parse(what), "simulated"));
    }

    private void reload() throws StoreException {
        String user = any(Cast.USERS);
        Model.User changed = switch (random.nextInt(4)) {
            case 0 -> new Model.User(false, "SHA256:1", Model.TERM_MAX_MS);
            case 1 -> new Model.User(true, "SHA256:2", Model.TERM_MAX_MS);
            default -> new Model.User(true, "SHA256:1", random.nextBoolean() ? Model.TERM_MAX_MS : 120_000);
        };
        model.reviveWaiting(clock.isSynchronised());
        model.users.put(user, changed);
        Map<String, Right> before = model.everything();
        Map<String, @Nullable Right> attempts = model.takeAll(right -> !model.upheld(right));
        note("reload: " + user + " is " + changed);
        takeAway(before, attempts, registry.adopt(Cast.roster(model.users), Cast.TERMS));
    }

    private void takeAway(
            Map<String, Right> before, Map<String, @Nullable Right> attempts, CompletableFuture<Revocation> answer)
            throws StoreException {
        boolean lived = runRounds();
        if (fault == Fault.NONE) {
            require(answer.isDone() && answer.join().recorded(), "a revocation is not recorded by a sound store");
            model.allIsRecorded();
            return;
        }
        // It holds in memory, whether or not the disk has it.
        attempts.forEach(model::mayHaveReachedTheDisk);
        if (!lived) {
            require(!answer.isDone() || !answer.join().recorded(), "said to be recorded in a crash");
            crashed(before, attempts);
        }
    }

    private void idle() throws StoreException {
        note("a round for itself");
        model.reviveWaiting(clock.isSynchronised());
        if (!runRounds()) {
            restart("crash");
        } else if (fault == Fault.NONE) {
            model.allIsRecorded();
        }
    }

    private void pass(long ms) {
        note(ms + " ms pass");
        clock.passMs(ms);
        model.trueMs += ms;
        if (random.nextInt(4) == 0) {
            step(random.nextLong(-2, 3)); // the wall clock drifts
        }
    }

    private void passToAnEnd() {
        List<Right> rights = List.copyOf(model.rights.values());
        if (!rights.isEmpty()) {
            Right one = rights.get(random.nextInt(rights.size()));
            long left = Math.min(one.endWall() - model.wall(), one.endTrue() - model.trueMs);
            pass(Math.max(0, left + random.nextLong(-1, 2)));
        }
    }

    private void step(long ms) {
        note("the wall clock is set by " + ms + " ms");
        clock.stepMs(ms);
        model.clockError += ms;
    }

    /** As an NTP daemon does it. */
    private void synchronise() {
        step(model.rightClockError - model.clockError);
        clock.synchronised(true);
        note("the clock is synchronised");
    }

    private void reboot() throws StoreException {
        long off = random.nextLong(1, 3_000_000);
        clock.reboot(off);
        model.trueMs += off;
        if (random.nextInt(3) == 0) {
            step(random.nextLong(-2_000_000, 2_000_000));
        }
        clock.synchronised(random.nextInt(3) > 0);
        restart("the machine was off for " + off + " ms, its clock is synchronised: " + clock.isSynchronised());
    }

    /** The process ends as by kill -9 and starts again on what is on the disk. */
    private void restart(String why) throws StoreException {
        note(why + ", start");
        store.close();
        store = new FaultyStore(disk.open());
        Set<String> ofAnotherBoot = new HashSet<>();
        Map<String, Right> onDisk = readDisk(ofAnotherBoot);
        String wrong = model.faultOfDisk(onDisk);
        require(wrong == null, String.valueOf(wrong));
        model.start(onDisk, ofAnotherBoot, clock.isSynchronised());
        registry = new Registry(store, registrysClock, Cast.roster(model.users), Cast.TERMS);
        registry.open();
        model.allIsRecorded();
    }

    private void crashed(Map<String, Right> before, Map<String, @Nullable Right> attempts) throws StoreException {
        boolean certain = wasCertain;
        store.close();
        store = new FaultyStore(disk.open());
        Map<String, Right> onDisk = readDisk(new HashSet<>());
        if (certain) {
            boolean all = attempts.entrySet().stream()
                    .allMatch(attempt -> Model.same(attempt.getValue(), onDisk.get(attempt.getKey())));
            boolean none =
                    attempts.keySet().stream().allMatch(place -> unchanged(before.get(place), onDisk.get(place)));
            require(all || none, "half a commit is on the disk: " + onDisk + " after " + before + " and " + attempts);
        }
        restart("crash");
    }

    private boolean unchanged(@Nullable Right before, @Nullable Right onDisk) {
        return Model.same(before, onDisk) || onDisk == null && before != null && model.isOver(before);
    }

    // What must be

    private void compare() throws StoreException {
        Map<String, Right> book = new TreeMap<>();
        for (Lease lease : registry.book().all()) {
            Right right = right(lease, true);
            require(book.put(right.place(), right) == null, "two leases of one device and family: " + right.place());
        }
        require(
                model.lasting(book).equals(model.lasting(model.rights)),
                "the book is " + book + " instead of " + model);
        for (String text : Cast.ADDRESSES) {
            RelayDecision decision = registry.decide(RelayQuestion.byAddressAlone(Cast.address(text)));
            boolean permitted = decision instanceof RelayDecision.Permitted;
            require(permitted == model.permits(text), text + " may relay: " + permitted + ", with " + model);
            if (decision instanceof RelayDecision.Permitted permit) {
                String place = right(permit.lease(), true).place();
                require(model.promised(place, text), text + " may relay by " + place + " past its end in true time");
            }
        }
        if (fault == Fault.NONE && registry.untilNextRoundMs(1) > 0 && !registry.isStoreAway()) {
            book.putAll(model.waiting);
            require(
                    model.lasting(readDisk(new HashSet<>())).equals(model.lasting(book)),
                    "a replay of the disk is not the live book: " + model.lasting(readDisk(new HashSet<>()))
                            + " instead of " + model.lasting(book));
        }
    }

    private Map<String, Right> readDisk(Set<String> ofAnotherBoot) throws StoreException {
        Map<String, Right> onDisk = new TreeMap<>();
        List<Recorded> all = new ArrayList<>();
        store.load(all::add);
        for (Recorded recorded : all) {
            boolean ofThisBoot = recorded.bootId().equals(clock.bootId());
            Right right = right(recorded.lease(), ofThisBoot);
            if (!ofThisBoot) {
                ofAnotherBoot.add(right.place());
            }
            require(onDisk.put(right.place(), right) == null, "twice on the disk: " + right.place());
        }
        return onDisk;
    }

    private Right right(Lease lease, boolean ofThisBoot) {
        String user = lease.user().text();
        String device = lease.device().text();
        String address = lease.addressText();
        return new Right(
                Model.place(user, device, address),
                user,
                device,
                address,
                lease.proof(),
                lease.grantedAtMs(),
                lease.renewedAtMs(),
                lease.expiresAtMs(),
                ofThisBoot ? lease.deadlineMs() - clock.now().monotonicMs() + model.trueMs : 0);
    }

    // How it is done

    private boolean wasCertain;

    /** Runs rounds while something waits; false when the process was killed in one. */
    private boolean runRounds() {
        do {
            registry.runOnce();
        } while (registry.hasWork() && !store.crashed);
        if (store.crashed) {
            note("crash: " + fault);
        }
        return !store.crashed;
    }

    private void restoreAndAttempt(Map<String, Right> before, Map<String, @Nullable Right> attempts) {
        wasCertain = !registry.isStoreAway() && model.certain(attempts.keySet());
        model.rights.clear();
        model.rights.putAll(before);
        model.rights.values().removeIf(right -> right.endTrue() == 0); // those wait
        attempts.forEach(model::mayHaveReachedTheDisk);
    }

    private <T> T any(List<T> choice) {
        return choice.get(random.nextInt(choice.size()));
    }

    private void note(String act) {
        acts.add((fault == Fault.NONE ? "" : fault + ": ") + act);
        if (acts.size() > 25) {
            acts.remove();
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
