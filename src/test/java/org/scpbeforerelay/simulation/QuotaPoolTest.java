package org.scpbeforerelay.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.shared.SharedStore;

/** A user's limit holds for all hosts together: within what a host permits before the others hear of it. */
final class QuotaPoolTest {
    private static final Logger TOLD = Logger.getLogger("org.scpbeforerelay.store.shared");
    private static final int HOSTS = 3;
    private static final long TELLS_EVERY_MS = 1_000;

    @BeforeAll
    static void hush() {
        TOLD.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        TOLD.setLevel(null);
    }

    @Test
    void nothingIsCountedTwiceAndNothingIsForgottenInHundredsOfRuns() throws StoreException {
        simulate(400);
    }

    @Test
    @Tag("long")
    void nothingIsCountedTwiceAndNothingIsForgottenInManyThousandRuns() throws StoreException {
        simulate(20_000);
    }

    private static void simulate(int runs) throws StoreException {
        Long one = Long.getLong("simulation.seed");
        if (one != null) {
            new QuotaPoolSimulation(one).run();
            return;
        }
        for (long seed = 9_000; seed < 9_000 + Integer.getInteger("simulation.runs", runs); seed++) {
            new QuotaPoolSimulation(seed).run();
        }
    }

    @Test
    void aHostThatEndsTellsTheOthersTheLastOfIt() throws StoreException {
        Allowance allowance = QuotaPoolSimulation.allowance(QuotaPoolSimulation.DAILY);
        SimulatedEngine engine = new SimulatedEngine(new Random(1), SettableClock.NOON_MS);
        List<SimulatedHost> hosts = new ArrayList<>();
        for (String name : List.of("relay0", "relay1")) {
            SimulatedHost host =
                    new SimulatedHost(name, new SettableClock(), engine.from(name), SharedStore.WhenAway.LOCAL);
            host.start();
            host.follow(5);
            hosts.add(host);
        }
        for (int i = 0; i < 7; i++) {
            assertThat(hosts.get(0).mails(allowance)).isTrue();
        }
        hosts.get(0).end();
        hosts.get(1).follow(5);
        assertThat(hosts.get(1).used(allowance)).isEqualTo(7);
        hosts.get(0).start();
        assertThat(hosts.get(0).used(allowance)).isEqualTo(7);
    }

    @Test
    void ofManyUsersEachHasATurn() throws StoreException {
        SimulatedEngine engine = new SimulatedEngine(new Random(1), SettableClock.NOON_MS);
        SettableClock clock = new SettableClock();
        SimulatedHost host = new SimulatedHost("relay0", clock, engine.from("relay0"), SharedStore.WhenAway.LOCAL);
        SimulatedHost other = new SimulatedHost("relay1", clock, engine.from("relay1"), SharedStore.WhenAway.LOCAL);
        host.start();
        other.start();
        host.follow(5);
        other.follow(5);
        List<Allowance> allowances = new ArrayList<>();
        for (int i = 0; i < 25_000; i++) {
            allowances.add(QuotaPoolSimulation.allowance("user" + i, QuotaPoolSimulation.DAILY));
        }
        for (int second = 0; second < 3; second++) {
            allowances.forEach(host::mails);
            clock.passMs(1_001);
            engine.pass(1_001);
            host.follow(2);
        }
        other.follow(60);
        assertThat(allowances).allSatisfy(one -> assertThat(other.used(one)).isPositive());
    }

    /** Mails as fast as they come, at all hosts: whatever the pace, no more than the limit, what comes back, and the bound. */
    @Test
    void theLimitHoldsWithinTheBoundAtAnyPace() throws StoreException {
        for (long seed = 1; seed <= 40; seed++) {
            Random random = new Random(seed);
            Rate rate = new Rate(random.nextLong(5, 200), random.nextLong(10, 3_600) * 1_000);
            pace(seed, rate, random.nextInt(1, 200), random);
        }
    }

    private static void pace(long seed, Rate rate, int mailsInASecond, Random random) throws StoreException {
        Allowance allowance = QuotaPoolSimulation.allowance(rate);
        SimulatedEngine engine = new SimulatedEngine(random, SettableClock.NOON_MS);
        List<SimulatedHost> hosts = new ArrayList<>();
        for (int i = 0; i < HOSTS; i++) {
            SettableClock clock = new SettableClock(SettableClock.NOON_MS);
            SimulatedHost host =
                    new SimulatedHost("relay" + i, clock, engine.from("relay" + i), SharedStore.WhenAway.LOCAL);
            host.start();
            host.follow(5);
            hosts.add(host);
        }
        long[] nextMs = {300, 600, 900};
        List<List<Long>> permitted = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        long lengthMs = 30_000;
        long stepMs = Math.max(1, 1_000 / mailsInASecond);
        for (long t = 0; t < lengthMs; t += stepMs) {
            engine.pass(stepMs);
            for (SimulatedHost host : hosts) {
                host.clock.passMs(stepMs);
            }
            for (int i = 0; i < HOSTS; i++) {
                if (t >= nextMs[i]) {
                    hosts.get(i).follow(6);
                    nextMs[i] += TELLS_EVERY_MS;
                }
            }
            int which = random.nextInt(HOSTS);
            if (hosts.get(which).mails(allowance)) {
                permitted.get(which).add(t);
            }
        }
        long total = permitted.stream().mapToInt(List::size).sum();
        long back = lengthMs * rate.count() / rate.periodMs() + 1;
        long most = permitted.stream()
                .mapToLong(times -> mostWithin(times, 2 * TELLS_EVERY_MS + 200))
                .max()
                .orElse(0);
        assertThat(total)
                .as("seed %d: %s at %d mails/s, at most %d of a host in two seconds", seed, rate, mailsInASecond, most)
                .isLessThanOrEqualTo(rate.count() + back + (HOSTS - 1) * most);
        assertThat(most).isLessThanOrEqualTo(rate.count() + back);
    }

    private static long mostWithin(List<Long> times, long withinMs) {
        long most = 0;
        for (int i = 0, from = 0; i < times.size(); i++) {
            while (times.get(i) - times.get(from) > withinMs) {
                from++;
            }
            most = Math.max(most, i - from + 1);
        }
        return most;
    }
}
