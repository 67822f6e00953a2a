package org.scpbeforerelay.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.shared.SharedStore;

/**
 * Three hosts that count one user's mail, on a log that loses its end, is emptied, cut off, and hosts that are killed.
 *
 * <p>Invariants: no host ever counts more than was permitted in all (nothing twice); and when all is well again each counts all of it,
 * but for what a killed host had not told yet.
 */
final class QuotaPoolSimulation {
    private static final int HOSTS = 3;
    private static final int ACTS = 80;

    /** So slow that nothing to speak of comes back within a run. */
    static final Rate DAILY = new Rate(40, 86_400_000);

    private final long seed;
    private final Random random;
    private final SimulatedEngine engine;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final Deque<String> acts = new ArrayDeque<>();
    private final Allowance allowance = allowance(DAILY);
    private final boolean kills;
    private long permitted;
    private final long[] untold = new long[HOSTS];
    private long forgotten;
    private long passedMs;

    QuotaPoolSimulation(long seed) throws StoreException {
        this.seed = seed;
        this.random = new Random(seed);
        this.engine = new SimulatedEngine(random, SettableClock.NOON_MS);
        engine.failures = random.nextBoolean() ? 0 : 60;
        kills = random.nextBoolean();
        for (int i = 0; i < HOSTS; i++) {
            SettableClock clock = new SettableClock(SettableClock.NOON_MS + random.nextLong(-1_900, 1_901));
            SimulatedHost host =
                    new SimulatedHost("relay" + i, clock, engine.from("relay" + i), SharedStore.WhenAway.LOCAL);
            host.start();
            hosts.add(host);
        }
    }

    static Allowance allowance(Rate messages) {
        return allowance("gerard", messages);
    }

    static Allowance allowance(String name, Rate messages) {
        UserName user = new UserName(name);
        Allowance plain = Allowance.plain(user, 1_200_000);
        return new Allowance(
                user,
                true,
                plain.mayAnnounce(),
                plain.logins(),
                plain.senders(),
                plain.termMs(),
                plain.devices(),
                plain.prefix6(),
                messages,
                null,
                plain.keys());
    }

    void run() {
        try {
            for (int i = 0; i < ACTS; i++) {
                act();
                for (SimulatedHost host : hosts) {
                    require(
                            host.used(allowance) <= permitted,
                            host.name + " counts " + host.used(allowance) + " of " + permitted);
                }
                if (random.nextInt(15) == 0) {
                    settle();
                }
            }
            settle();
        } catch (AssertionError | RuntimeException | StoreException e) {
            throw new AssertionError(
                    "simulation failed: " + e.getMessage() + "\nseed " + seed + ": run it again with -Dsimulation.seed="
                            + seed + "\nthe last acts:\n  " + String.join("\n  ", acts),
                    e);
        }
    }

    private void act() throws StoreException {
        pass(1 + random.nextLong(400));
        int which = random.nextInt(HOSTS);
        SimulatedHost host = hosts.get(which);
        switch (random.nextInt(kills ? 20 : 19)) {
            case 0, 1, 2, 3, 4, 5, 6 -> {
                boolean yes = host.mails(allowance);
                permitted += yes ? 1 : 0;
                untold[which] += yes ? 1 : 0;
                note(host.name + " mails: " + yes);
            }
            case 7, 8, 9, 10, 11 -> {
                note(host.name + " follows");
                pass(1_001);
                host.follow(2 + random.nextInt(5));
            }
            case 12 -> pass(random.nextLong(1, 20_000));
            case 13 -> {
                note("a whole window passes");
                pass(random.nextLong(1, 3_000_000));
                settle();
            }
            case 14 -> {
                note(host.name + " is cut off");
                engine.cut(host.name);
            }
            case 15 -> {
                note("all is connected");
                engine.heal();
            }
            case 16 -> {
                int lost = random.nextInt(6);
                note("failover, " + lost + " entries lost");
                engine.failOver(lost, random.nextInt(3) == 0 ? host.name : null, 0);
            }
            case 17 -> {
                note("the engine is emptied");
                engine.empty();
            }
            case 18 -> {
                note("the engine restarts empty");
                engine.restartEmpty();
            }
            default -> {
                note(host.name + " is killed and starts");
                forgotten += untold[which];
                untold[which] = 0;
                host.kill();
                host.start();
            }
        }
    }

    private void pass(long ms) {
        passedMs += ms;
        engine.pass(ms);
        hosts.forEach(host -> host.clock.passMs(ms));
    }

    /** All is connected, and everybody has said and read all there is: then all count alike. */
    private void settle() {
        engine.heal();
        int failures = engine.failures;
        engine.failures = 0;
        for (int i = 0; i < 5; i++) {
            pass(1_001);
            hosts.forEach(host -> host.follow(80));
        }
        engine.failures = failures;
        note("all is well again");
        for (SimulatedHost host : hosts) {
            long used = host.used(allowance);
            // Hosts that do not hear each other each give back for themselves.
            long back = HOSTS * (1 + passedMs * DAILY.count() / DAILY.periodMs());
            require(
                    used <= permitted && used >= permitted - forgotten - back,
                    host.name + " counts " + used + " of " + permitted + ", and " + forgotten
                            + " were forgotten by kills");
        }
        for (int i = 0; i < HOSTS; i++) {
            untold[i] = 0;
        }
    }

    private void note(String act) {
        acts.add(act);
        if (acts.size() > 60) {
            acts.remove();
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
