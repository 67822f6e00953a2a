package org.scpbeforerelay.announce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Announcement.Hold;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.sign.Departure;
import org.scpbeforerelay.sign.SharedTerms;

/** The judge and {@link NaiveJudge} over seeded random announcements of everything that can come together. */
final class AnnouncementModelTest {
    private static final long SEED = 24;
    private static final int CASES = 200_000;
    private static final Moment NOW = RuleCase.NOW;

    private static final List<ClientAddress> ADDRESSES = List.of(
                    "5.6.7.8",
                    "5.6.7.9",
                    "2a00::7",
                    "2a00::8",
                    "2a00:0:0:1::1",
                    "192.168.1.2",
                    "10.0.0.1",
                    "127.0.0.1",
                    "::1",
                    "100.64.0.1",
                    "fd00::5",
                    "0.0.0.0",
                    "::",
                    "0.1.2.3",
                    "198.51.100.7",
                    "2001:db8::7",
                    "224.0.0.1",
                    "169.254.0.9",
                    "255.255.255.255",
                    "fe80::1")
            .stream()
            .map(SampleLeases::address)
            .toList();
    private static final List<LeaseSource> SOURCES = List.of(LeaseSource.values());
    private static final List<Hold> HOLDS = List.of(Hold.values());
    private static final List<String> SHARED_SETTINGS =
            List.of("[shared] max_users", "[shared] max_addresses", "[shared] moved", "[shared] behind_nat");
    private static final int ORDINARY = 5;
    private static final List<String> KEYS = List.of("k1", "k1", "k1", "k2", "gone", "ca", "");
    private static final List<UserName> USERS =
            List.of(new UserName("gerard"), new UserName("gerard"), new UserName("frodo"), new UserName("sam"));
    private static final List<String> DEVICES = List.of("a", "b", "c", "d");

    @Test
    void theJudgeAgreesWithANaiveOneOverRandomCases() {
        compare(SEED, CASES);
    }

    @Test
    @Tag("long")
    void theJudgeAgreesWithANaiveOneOverAMillionRandomCases() {
        compare(SEED + 1, 1_000_000);
    }

    private static void compare(long seed, int cases) {
        Random random = new Random(seed);
        Map<String, Integer> seen = new TreeMap<>();
        Map<String, Integer> bySetting = new TreeMap<>();
        for (int i = 0; i < cases; i++) {
            RuleCase given = randomCase(random);
            String expected = new NaiveJudge(
                            given.announcement(),
                            given.roster(),
                            given.terms(),
                            given.standing(),
                            given.departures(),
                            NOW)
                    .verdict();
            Verdict verdict = given.judge();
            String actual = text(verdict);
            if (!actual.equals(expected)) {
                fail("seed %d, case %d: %s%n expected %s%n but was  %s", seed, i, given, expected, actual);
            }
            if (verdict instanceof Verdict.Refused refused) {
                SHARED_SETTINGS.stream()
                        .filter(refused.reason()::contains)
                        .forEach(setting -> bySetting.merge(setting, 1, Integer::sum));
            }
            seen.merge(expected.startsWith("granted") ? "granted" : expected, 1, Integer::sum);
        }
        // Every outcome often enough that the agreement means something.
        assertThat(seen)
                .hasSize(8)
                .allSatisfy((outcome, times) -> assertThat(times).as(outcome).isGreaterThan(cases / 100));
        assertThat(bySetting)
                .containsOnlyKeys(SHARED_SETTINGS)
                .allSatisfy((setting, times) -> assertThat(times).as(setting).isGreaterThan(cases / 1000));
        assertThat(seen.getOrDefault("granted", 0)).isGreaterThan(cases / 10);
    }

    private static String text(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Refused refused -> "refused " + refused.code().text();
            case Verdict.Granted granted ->
                "granted " + granted.leases().stream().map(NaiveJudge::text).toList();
        };
    }

    private static RuleCase randomCase(Random random) {
        return new RuleCase(announcement(random), roster(random), terms(random), standing(random), departures(random));
    }

    private static Announcement announcement(Random random) {
        List<Claim> claims = new ArrayList<>();
        for (int n = random.nextInt(4); n > 1; n--) {
            claims.add(random.nextInt(3) == 0 ? Claim.OWN : new Claim.Address(address(random)));
        }
        return new Announcement(
                RuleCase.SPEAKER,
                SOURCES.get(random.nextInt(4)),
                KEYS.get(random.nextInt(KEYS.size())),
                random.nextInt(10) == 0 ? null : address(random),
                claims,
                random.nextInt(3) == 0 ? HOLDS.get(random.nextInt(3)) : Hold.NONE,
                random.nextInt(3) == 0 ? random.nextInt(100_000) * 1000L : 0,
                random.nextInt(4) == 0 ? NOW.wallMs() + random.nextInt(-5, 50) * 1000L : Announcement.NO_BOUND,
                random.nextInt(3) == 0 ? NOW.wallMs() + random.nextInt(-1500, 100) * 1000L : Announcement.NOW);
    }

    private static ClientAddress address(Random random) {
        return ADDRESSES.get(random.nextInt(random.nextInt(3) == 0 ? ADDRESSES.size() : ORDINARY));
    }

    private static Roster roster(Random random) {
        Allowance allowance = new Allowance(
                RuleCase.SPEAKER.user(),
                random.nextInt(20) > 0,
                networks(random),
                Set.of(),
                SenderRules.ANY,
                1000L * (1 + random.nextInt(random.nextInt(10) == 0 ? 200_000 : 3_000)),
                1 + random.nextInt(4),
                random.nextBoolean() ? 64 : 128,
                null,
                null,
                Map.of(
                        "k1",
                        random.nextInt(3) == 0 ? NOW.wallMs() + random.nextInt(-2, 900) * 1000L : Long.MAX_VALUE,
                        "k2",
                        Long.MAX_VALUE));
        return new Roster(
                random.nextInt(20) == 0 ? Map.of() : Map.of(RuleCase.SPEAKER.user(), allowance),
                random.nextBoolean() ? Set.of("ca") : Set.of(),
                random.nextBoolean() ? new Roster.StrangersAllowance(600_000) : null);
    }

    private static LeaseTerms terms(Random random) {
        Set<ClientAddress> host = new HashSet<>();
        while (random.nextInt(3) == 0) {
            host.add(address(random));
        }
        return new LeaseTerms(
                random.nextInt(5) == 0 ? 900_000 : 86_400_000, 60_000, networks(random), host, shared(random));
    }

    private static SharedTerms shared(Random random) {
        return random.nextBoolean()
                ? SharedTerms.SHOWN
                : new SharedTerms(
                        random.nextInt(3),
                        random.nextInt(3),
                        5,
                        1000L * (1 + random.nextInt(600)),
                        random.nextBoolean(),
                        random.nextInt(4) == 0);
    }

    private static Map<ClientAddress, Departure> departures(Random random) {
        Map<ClientAddress, Departure> departures = new TreeMap<>();
        while (random.nextInt(3) > 0) {
            departures.put(
                    address(random),
                    new Departure(
                            USERS.get(random.nextInt(USERS.size())), NOW.monotonicMs() - random.nextInt(900) * 1000L));
        }
        return departures;
    }

    private static List<Network> networks(Random random) {
        List<Network> networks = new ArrayList<>();
        while (random.nextInt(3) > 0) {
            ClientAddress address = address(random);
            int bits = address.family().bits();
            networks.add(Network.around(address, bits - (random.nextBoolean() ? 0 : random.nextInt(bits + 1))));
        }
        return networks;
    }

    private static List<Lease> standing(Random random) {
        Map<LeaseKey, Lease> leases = new TreeMap<>();
        while (random.nextInt(4) > 0) {
            Principal principal = random.nextInt(3) == 0
                    ? RuleCase.SPEAKER
                    : new Principal(
                            USERS.get(random.nextInt(USERS.size())), new DeviceName(DEVICES.get(random.nextInt(4))));
            Lease lease = standingLease(random, principal);
            leases.put(lease.key(), lease);
        }
        return List.copyOf(leases.values());
    }

    private static Lease standingLease(Random random, Principal principal) {
        ClientAddress address = address(random);
        LeaseSource source = SOURCES.get(random.nextInt(4));
        int prefixLength = address.isIpv4() ? 32 : random.nextBoolean() ? 64 : 128;
        long wallLeft = random.nextInt(-100, 5_000) * 1000L;
        long left = random.nextInt(3) == 0 ? random.nextInt(-100, 5_000) * 1000L : wallLeft;
        long renewedAtMs = NOW.wallMs() + random.nextInt(-2_000, 200) * 1000L;
        return new Lease(
                LeaseKey.of(principal, address, source),
                address.masked(prefixLength),
                prefixLength,
                source,
                random.nextBoolean(),
                KEYS.get(random.nextInt(KEYS.size())),
                renewedAtMs - random.nextInt(1000) * 1000L,
                renewedAtMs,
                NOW.wallMs() + wallLeft,
                NOW.monotonicMs() + left);
    }

    @Test
    void theCasesAreTheSameInEveryRun() {
        assertThat(someCases()).isEqualTo(someCases());
    }

    private static @Nullable String someCases() {
        Random random = new Random(SEED);
        return java.util.stream.IntStream.range(0, 10)
                .mapToObj(i -> String.valueOf(randomCase(random).judge()))
                .collect(Collectors.joining());
    }
}
