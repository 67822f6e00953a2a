package org.scpbeforerelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.Charge;
import org.scpbeforerelay.quota.Exhausted;
import org.scpbeforerelay.quota.Exhausted.Counted;
import org.scpbeforerelay.quota.MessageSoFar;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.Quotas;
import org.scpbeforerelay.quota.Usage;

/** Relay decisions: sentence by sentence, and against a naive model. */
final class RelayRulesTest {
    private static final long SEED = 36;
    private static final int QUESTIONS = 1_000_000;
    private static final Moment NOW = new Moment(1_800_000_000_000L, 5_000_000_000L);
    private static final ClientAddress HOME = SampleLeases.address("203.0.113.7");
    private static final Rate HOURLY = new Rate(200, 3_600_000);

    /** A message counted already, of which this recipient is not. */
    private static final MessageSoFar COUNTED_MESSAGE = new MessageSoFar() {
        @Override
        public boolean isMessageCountedOn(UserName user) {
            return true;
        }

        @Override
        public boolean isRecipientCountedOn(UserName user) {
            return false;
        }
    };

    private final LeaseBook book = new LeaseBook();

    @Test
    void addressWithoutALeaseIsNotPermitted() {
        assertThat(byAddress(HOME, roster(plain("gerard")))).isEqualTo(RelayDecision.NOT_PERMITTED);
    }

    @Test
    void activeLeasePermitsItsAddressAndNoOther() {
        Lease lease = lease("gerard/gwaihir", "k1", 60_000);
        assertThat(byAddress(HOME, roster(plain("gerard")))).isEqualTo(new RelayDecision.Permitted(lease));
        assertThat(byAddress(SampleLeases.address("203.0.113.8"), roster(plain("gerard"))))
                .isEqualTo(RelayDecision.NOT_PERMITTED);
    }

    @Test
    void pitfall18EndedLeaseInTheBookPermitsNothing() {
        lease("gerard/gwaihir", "k1", 60_000);
        Roster roster = roster(plain("gerard"));
        RelayQuestion question = RelayQuestion.byAddressAlone(HOME);
        assertThat(RelayRules.decide(question, book, roster, Quotas.UNUSED, NOW.plusMs(59_999)))
                .isInstanceOf(RelayDecision.Permitted.class);
        assertThat(RelayRules.decide(question, book, roster, Quotas.UNUSED, NOW.plusMs(60_000)))
                .isEqualTo(RelayDecision.NOT_PERMITTED);
    }

    @Test
    void pitfall36AddressMayRelayWhileOneOfItsLeasesLasts() {
        lease("frodo", "k1", 10_000);
        Lease longer = lease("gerard/gwaihir", "k1", 60_000);
        Roster roster = roster(plain("gerard"), plain("frodo"));
        assertThat(RelayRules.decide(
                        RelayQuestion.byAddressAlone(HOME), book, roster, Quotas.UNUSED, NOW.plusMs(30_000)))
                .isEqualTo(new RelayDecision.Permitted(longer));
        book.remove(longer.key());
        assertThat(byAddress(HOME, roster)).isInstanceOf(RelayDecision.Permitted.class);
    }

    @Test
    void leaseOfAUserOrKeyThatIsGonePermitsNothing() {
        lease("gerard/gwaihir", "k1", 60_000);
        Allowance plain = plain("gerard");
        assertThat(byAddress(HOME, Roster.EMPTY)).isEqualTo(RelayDecision.NOT_PERMITTED);
        assertThat(byAddress(HOME, roster(changed(plain, false, plain.keys())))).isEqualTo(RelayDecision.NOT_PERMITTED);
        assertThat(byAddress(HOME, roster(changed(plain, true, Map.of())))).isEqualTo(RelayDecision.NOT_PERMITTED);
        assertThat(byAddress(HOME, roster(changed(plain, true, Map.of("k1", NOW.wallMs())))))
                .isEqualTo(RelayDecision.NOT_PERMITTED);
        assertThat(byAddress(HOME, roster(changed(plain, true, Map.of("k1", NOW.wallMs() + 1)))))
                .isInstanceOf(RelayDecision.Permitted.class);
    }

    static Stream<Allowance> limited() {
        return Stream.of(
                limits("gerard", new SenderRules(List.of("@example.org")), null, null),
                limits("gerard", SenderRules.ANY, HOURLY, null),
                limits("gerard", SenderRules.ANY, null, HOURLY));
    }

    @ParameterizedTest
    @MethodSource("limited")
    void userWithLimitsIsAbsentFromWaysThatCannotKeepThem(Allowance allowance) {
        Lease lease = lease("gerard/gwaihir", "k1", 60_000);
        RelayQuestion byTable = RelayQuestion.byAddressAlone(HOME);
        assertThat(byAddress(HOME, roster(allowance))).isEqualTo(RelayDecision.NOT_PERMITTED);
        assertThat(RelayRules.weigh(lease, byTable, roster(allowance), Quotas.UNUSED, NOW))
                .isEqualTo(Weight.NOT_ENFORCEABLE);
        assertThat(RelayRules.decide(
                        new RelayQuestion(HOME, "g@example.org"), book, roster(allowance), Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.Permitted(lease, charge(allowance)));
        Lease frodos = lease("frodo", "k1", 60_000);
        assertThat(byAddress(HOME, roster(allowance, plain("frodo")))).isEqualTo(new RelayDecision.Permitted(frodos));
    }

    @Test
    void senderOutsideTheAllowanceIsNotPermittedAndTheLeaseIsNamed() {
        Lease lease = lease("gerard/gwaihir", "k1", 60_000);
        Roster roster = roster(limits("gerard", new SenderRules(List.of("@example.org")), null, null));
        assertThat(RelayRules.decide(new RelayQuestion(HOME, "g@evil.example"), book, roster, Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.NotPermitted(lease));
        assertThat(RelayRules.decide(new RelayQuestion(HOME, ""), book, roster, Quotas.UNUSED, NOW))
                .as("the null sender of bounces")
                .isEqualTo(new RelayDecision.Permitted(lease));
    }

    @Test
    void anotherUsersLeaseOnTheAddressPermitsTheSenderThatOneDoesNot() {
        lease("frodo", "k1", 60_000);
        Lease gerards = lease("gerard/gwaihir", "k1", 60_000);
        Roster roster =
                roster(limits("frodo", new SenderRules(List.of("@shire.example")), null, null), plain("gerard"));
        assertThat(RelayRules.decide(new RelayQuestion(HOME, "g@example.org"), book, roster, Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.Permitted(gerards));
    }

    @Test
    void whereMessagesAreNotCountedAUserWithALimitOnThemIsAbsent() {
        Lease lease = lease("gerard/gwaihir", "k1", 60_000);
        RelayQuestion uncounted = new RelayQuestion(HOME, "g@example.org", null);
        Roster counted = roster(limits("gerard", SenderRules.ANY, HOURLY, null));
        assertThat(RelayRules.decide(uncounted, book, counted, Quotas.UNUSED, NOW))
                .isEqualTo(RelayDecision.NOT_PERMITTED);
        Roster bySender = roster(limits("gerard", new SenderRules(List.of("@example.org")), null, null));
        assertThat(RelayRules.decide(uncounted, book, bySender, Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.Permitted(lease));
    }

    @Test
    void overTheLimitTheAnswerSaysWhichAndWhenItEnds() {
        Lease lease = lease("gerard/gwaihir", "k1", 60_000);
        Roster roster = roster(limits("gerard", SenderRules.ANY, HOURLY, null));
        assertThat(RelayRules.decide(new RelayQuestion(HOME, ""), book, roster, usages(Set.of("messagesgerard")), NOW))
                .isEqualTo(new RelayDecision.OverQuota(
                        lease, new Exhausted(lease.user(), Counted.MESSAGES, HOURLY, 3_600_000 / 200)));
    }

    @Test
    void anotherUserOnTheAddressPermitsWhatOneHasNoMoreOfAndIsTheOneCounted() {
        lease("frodo", "k1", 60_000);
        Lease sams = lease("sam", "k1", 60_000);
        Allowance sam = limits("sam", SenderRules.ANY, HOURLY, HOURLY);
        Roster roster = roster(limits("frodo", SenderRules.ANY, HOURLY, null), sam);
        assertThat(RelayRules.decide(new RelayQuestion(HOME, ""), book, roster, usages(Set.of("messagesfrodo")), NOW))
                .isEqualTo(new RelayDecision.Permitted(sams, charge(sam)));
    }

    @Test
    void aUserWithoutLimitsOnTheAddressComesFirstAndNothingIsCounted() {
        lease("frodo", "k1", 60_000);
        Lease gerards = lease("gerard", "k1", 60_000);
        Roster roster = roster(limits("frodo", SenderRules.ANY, HOURLY, null), plain("gerard"));
        assertThat(RelayRules.decide(new RelayQuestion(HOME, ""), book, roster, Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.Permitted(gerards));
    }

    @ParameterizedTest
    @EnumSource
    void everyWeightIsAClauseAboutALease(Weight weight) {
        assertThat(weight.sentence()).matches("(permits|has|is|does) ?.*");
    }

    @Test
    void aMillionDecisionsAgreeWithANaiveModelAndWithTheirExplanation() {
        Random random = new Random(SEED);
        Map<String, Integer> seen = new TreeMap<>();
        Roster roster = Roster.EMPTY;
        List<Lease> leases = new ArrayList<>();
        Set<String> exhausted = Set.of();
        for (int i = 0; i < QUESTIONS; i++) {
            if (i % 20 == 0) {
                roster = randomRoster(random);
                leases = randomBook(random);
                exhausted = randomExhausted(random);
            }
            RelayQuestion question = randomQuestion(random);
            Quotas quotas = usages(exhausted);
            Moment now = NOW.plusMs(random.nextInt(-10, 10));
            RelayDecision decision = RelayRules.decide(question, book, roster, quotas, now);
            RelayDesk.Explanation explanation = RelayRules.explain(question, book, roster, quotas, now);
            String expected = naive(question, leases, roster, exhausted, now);
            if (!outcome(decision).equals(expected) || !isExplained(decision, explanation)) {
                fail(
                        "seed %d, question %d: %s of %s at %s: %s, expected %s%n%s",
                        SEED, i, question, leases, now, decision, expected, explanation);
            }
            seen.merge(expected, 1, Integer::sum);
        }
        assertThat(seen)
                .hasSize(4)
                .allSatisfy((outcome, times) -> assertThat(times).as(outcome).isGreaterThan(QUESTIONS / 50));
    }

    private static boolean isExplained(RelayDecision decision, RelayDesk.Explanation explanation) {
        List<Lease> permitting = explanation.leases().stream()
                .filter(weighed -> weighed.weight().permits())
                .map(RelayDesk.Weighed::lease)
                .toList();
        boolean leftRight = explanation.leases().stream()
                .allMatch(weighed -> (weighed.leftMs() == 0) == (weighed.weight() == Weight.ENDED));
        return explanation.decision().equals(decision)
                && leftRight
                && switch (decision) {
                    case RelayDecision.Permitted permitted ->
                        permitting.contains(permitted.lease())
                                && (permitted.charge() == null) == weighed(explanation, Weight.PERMITS);
                    case RelayDecision.OverQuota over ->
                        permitting.isEmpty() && weighed(explanation, Weight.OVER_QUOTA);
                    case RelayDecision.NotPermitted not ->
                        permitting.isEmpty()
                                && !weighed(explanation, Weight.OVER_QUOTA)
                                && (not.wrongSender() != null) == weighed(explanation, Weight.SENDER_OUTSIDE);
                };
    }

    private static boolean weighed(RelayDesk.Explanation explanation, Weight weight) {
        return explanation.leases().stream().anyMatch(weighed -> weighed.weight() == weight);
    }

    private static String outcome(RelayDecision decision) {
        return switch (decision) {
            case RelayDecision.Permitted permitted -> "permitted";
            case RelayDecision.OverQuota over -> "over quota";
            case RelayDecision.NotPermitted not -> not.wrongSender() == null ? "not" : "wrong sender";
        };
    }

    /** Looks at every lease there is, and at every condition of the contract in turn. */
    private static String naive(
            RelayQuestion question, List<Lease> leases, Roster roster, Set<String> exhausted, Moment now) {
        boolean wrongSender = false;
        boolean overQuota = false;
        for (Lease lease : leases) {
            Allowance user = roster.allowances().get(lease.user());
            boolean stranger = user == null && roster.strangers() != null && lease.source() == LeaseSource.LOGIN_LOG;
            boolean upheld = stranger
                    ? keyless(lease, roster)
                    : user != null && user.enabled() && keyed(lease, user, roster, now);
            boolean here = lease.network().contains(question.client());
            boolean lasts = lease.expiresAtMs() > now.wallMs() && lease.deadlineMs() > now.monotonicMs();
            if (!upheld || !here || !lasts) {
                continue;
            }
            if (user == null || !hasLimits(user)) {
                return "permitted";
            }
            boolean counted = user.messages() != null || user.recipients() != null;
            if (question.sender() == null || counted && question.message() == null) {
                continue;
            }
            if (!user.senders().allows(question.sender())) {
                wrongSender = true;
            } else if (isExhausted("messages", user, user.messages(), question, exhausted)
                    || isExhausted("recipients", user, user.recipients(), question, exhausted)) {
                overQuota = true;
            } else {
                return "permitted";
            }
        }
        return overQuota ? "over quota" : wrongSender ? "wrong sender" : "not";
    }

    private static boolean isExhausted(
            String what, Allowance user, @Nullable Rate limit, RelayQuestion question, Set<String> exhausted) {
        boolean counted = question.message() == COUNTED_MESSAGE && what.equals("messages");
        return limit != null && !counted && exhausted.contains(what + user.user());
    }

    private static Set<String> randomExhausted(Random random) {
        Set<String> exhausted = new TreeSet<>();
        for (String user : USERS) {
            for (String what : List.of("messages", "recipients")) {
                if (random.nextBoolean()) {
                    exhausted.add(what + user);
                }
            }
        }
        return exhausted;
    }

    private static Quotas usages(Set<String> exhausted) {
        return user ->
                new Usage(meter(exhausted.contains("messages" + user)), meter(exhausted.contains("recipients" + user)));
    }

    private static Meter meter(boolean exhausted) {
        return new Meter(HOURLY, exhausted ? HOURLY.count() * HOURLY.periodMs() : 0, NOW.monotonicMs());
    }

    private static boolean hasLimits(Allowance user) {
        return !user.senders().rules().isEmpty() || user.messages() != null || user.recipients() != null;
    }

    private static boolean keyless(Lease lease, Roster roster) {
        return lease.proof().isEmpty() || roster.authorities().contains(lease.proof());
    }

    private static boolean keyed(Lease lease, Allowance user, Roster roster, Moment now) {
        return keyless(lease, roster) || user.keys().getOrDefault(lease.proof(), 0L) > now.wallMs();
    }

    private static final List<String> USERS = List.of("gerard", "frodo", "sam", "pippin");
    private static final List<String> ADDRESSES =
            List.of("203.0.113.7", "203.0.113.8", "2001:db8::7", "2001:db8::8", "2001:db8:0:1::7");
    private static final List<String> PROOFS = List.of("k1", "k1", "k2", "gone", "ca", "");
    private static final List<LeaseSource> SOURCES = List.of(LeaseSource.values());

    private static RelayQuestion randomQuestion(Random random) {
        ClientAddress client = SampleLeases.address(one(ADDRESSES, random));
        return switch (random.nextInt(6)) {
            case 0 -> RelayQuestion.byAddressAlone(client);
            case 4 -> new RelayQuestion(client, "x@example.org", null);
            case 5 -> new RelayQuestion(client, "x@example.org", COUNTED_MESSAGE);
            case 1 -> new RelayQuestion(client, "");
            case 2 -> new RelayQuestion(client, "x@example.org");
            default -> new RelayQuestion(client, "x@evil.example");
        };
    }

    private static Roster randomRoster(Random random) {
        Map<UserName, Allowance> users = new TreeMap<>();
        for (String name : USERS) {
            Allowance allowance = limits(
                    name,
                    random.nextBoolean() ? SenderRules.ANY : new SenderRules(List.of("@example.org")),
                    random.nextInt(4) == 0 ? HOURLY : null,
                    random.nextInt(4) == 0 ? HOURLY : null);
            if (random.nextInt(6) > 0) {
                Map<String, Long> keys = Map.of("k1", Long.MAX_VALUE, "k2", NOW.wallMs() + random.nextInt(-10, 10));
                users.put(allowance.user(), changed(allowance, random.nextInt(6) > 0, keys));
            }
        }
        return new Roster(
                users,
                random.nextBoolean() ? Set.of("ca") : Set.of(),
                random.nextBoolean() ? new Roster.StrangersAllowance(1) : null);
    }

    private List<Lease> randomBook(Random random) {
        List.copyOf(book.all()).forEach(lease -> book.remove(lease.key()));
        Map<LeaseKey, Lease> leases = new TreeMap<>();
        for (int n = random.nextInt(12); n > 0; n--) {
            Moment granted =
                    new Moment(NOW.wallMs() + random.nextInt(-9, 9), NOW.monotonicMs() + random.nextInt(-9, 9));
            Lease lease = SampleLeases.lease(
                    Principal.parse(one(USERS, random)),
                    SampleLeases.address(one(ADDRESSES, random)),
                    random.nextBoolean() ? 64 : 128,
                    one(SOURCES, random),
                    one(PROOFS, random),
                    granted,
                    random.nextInt(20));
            book.put(lease);
            leases.put(lease.key(), lease);
        }
        return List.copyOf(leases.values());
    }

    private static <T> T one(List<T> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    private RelayDecision byAddress(ClientAddress client, Roster roster) {
        return RelayRules.decide(RelayQuestion.byAddressAlone(client), book, roster, Quotas.UNUSED, NOW);
    }

    private Lease lease(String principal, String proof, long leftMs) {
        Lease lease = SampleLeases.lease(Principal.parse(principal), HOME, 128, LeaseSource.SSH, proof, NOW, leftMs);
        book.put(lease);
        return lease;
    }

    private static @Nullable Charge charge(Allowance allowance) {
        return allowance.isCounted()
                ? new Charge(allowance.user(), allowance.messages(), allowance.recipients())
                : null;
    }

    private static Roster roster(Allowance... allowances) {
        Map<UserName, Allowance> users = new TreeMap<>();
        Stream.of(allowances).forEach(allowance -> users.put(allowance.user(), allowance));
        return new Roster(users, Set.of(), null);
    }

    private static Allowance plain(String user) {
        return limits(user, SenderRules.ANY, null, null);
    }

    private static Allowance limits(
            String user, SenderRules senders, @Nullable Rate messages, @Nullable Rate recipients) {
        return new Allowance(
                new UserName(user),
                true,
                List.of(),
                Set.of(),
                senders,
                1,
                8,
                128,
                messages,
                recipients,
                Map.of("k1", Long.MAX_VALUE));
    }

    private static Allowance changed(Allowance allowance, boolean enabled, Map<String, Long> keys) {
        return new Allowance(
                allowance.user(),
                enabled,
                List.of(),
                Set.of(),
                allowance.senders(),
                1,
                8,
                128,
                allowance.messages(),
                allowance.recipients(),
                keys);
    }
}
