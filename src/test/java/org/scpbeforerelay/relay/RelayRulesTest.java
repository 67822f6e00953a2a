package org.scpbeforerelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.Charge;
import org.scpbeforerelay.quota.Exhausted;
import org.scpbeforerelay.quota.Exhausted.Counted;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.Quotas;
import org.scpbeforerelay.quota.Usage;

/** Relay decisions, sentence by sentence. */
final class RelayRulesTest {
    static final Moment NOW = new Moment(1_800_000_000_000L, 5_000_000_000L);
    private static final ClientAddress HOME = SampleLeases.address("203.0.113.7");
    static final LeaseTerms TERMS =
            new LeaseTerms(1, 1, List.of(new Network(SampleLeases.address("203.0.113.0"), 24)), Set.of());
    static final Rate HOURLY = new Rate(200, 3_600_000);

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
        assertThat(RelayRules.decide(question, book, roster, TERMS, Quotas.UNUSED, NOW.plusMs(59_999)))
                .isInstanceOf(RelayDecision.Permitted.class);
        assertThat(RelayRules.decide(question, book, roster, TERMS, Quotas.UNUSED, NOW.plusMs(60_000)))
                .isEqualTo(RelayDecision.NOT_PERMITTED);
    }

    @Test
    void pitfall36AddressMayRelayWhileOneOfItsLeasesLasts() {
        lease("frodo", "k1", 10_000);
        Lease longer = lease("gerard/gwaihir", "k1", 60_000);
        Roster roster = roster(plain("gerard"), plain("frodo"));
        assertThat(RelayRules.decide(
                        RelayQuestion.byAddressAlone(HOME), book, roster, TERMS, Quotas.UNUSED, NOW.plusMs(30_000)))
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

    @Test
    void pitfall7LeaseOnAnAddressThatThisHostWouldNotLeasePermitsNothingHere() {
        Lease lease = lease("gerard/gwaihir", "k1", 60_000);
        Roster roster = roster(plain("gerard"));
        RelayQuestion question = RelayQuestion.byAddressAlone(HOME);
        LeaseTerms nowhere = new LeaseTerms(1, 1, List.of(), Set.of());
        assertThat(RelayRules.decide(question, book, roster, nowhere, Quotas.UNUSED, NOW))
                .isEqualTo(RelayDecision.NOT_PERMITTED);
        assertThat(RelayRules.weigh(lease, question, roster, nowhere, Quotas.UNUSED, NOW))
                .isEqualTo(Weight.NOT_HERE);
        assertThat(RelayRules.weigh(lease, question, roster, nowhere, Quotas.UNUSED, NOW.plusMs(60_000)))
                .as("what has ended has ended")
                .isEqualTo(Weight.ENDED);
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
        assertThat(RelayRules.weigh(lease, byTable, roster(allowance), TERMS, Quotas.UNUSED, NOW))
                .isEqualTo(Weight.NOT_ENFORCEABLE);
        assertThat(RelayRules.decide(
                        new RelayQuestion(HOME, "g@example.org"), book, roster(allowance), TERMS, Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.Permitted(lease, charge(allowance)));
        Lease frodos = lease("frodo", "k1", 60_000);
        assertThat(byAddress(HOME, roster(allowance, plain("frodo")))).isEqualTo(new RelayDecision.Permitted(frodos));
    }

    @Test
    void senderOutsideTheAllowanceIsNotPermittedAndTheLeaseIsNamed() {
        Lease lease = lease("gerard/gwaihir", "k1", 60_000);
        Roster roster = roster(limits("gerard", new SenderRules(List.of("@example.org")), null, null));
        assertThat(RelayRules.decide(
                        new RelayQuestion(HOME, "g@evil.example"), book, roster, TERMS, Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.NotPermitted(lease));
        assertThat(RelayRules.decide(new RelayQuestion(HOME, ""), book, roster, TERMS, Quotas.UNUSED, NOW))
                .as("the null sender of bounces")
                .isEqualTo(new RelayDecision.Permitted(lease));
    }

    @Test
    void anotherUsersLeaseOnTheAddressPermitsTheSenderThatOneDoesNot() {
        lease("frodo", "k1", 60_000);
        Lease gerards = lease("gerard/gwaihir", "k1", 60_000);
        Roster roster =
                roster(limits("frodo", new SenderRules(List.of("@shire.example")), null, null), plain("gerard"));
        assertThat(RelayRules.decide(new RelayQuestion(HOME, "g@example.org"), book, roster, TERMS, Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.Permitted(gerards));
    }

    @Test
    void whereMessagesAreNotCountedAUserWithALimitOnThemIsAbsent() {
        Lease lease = lease("gerard/gwaihir", "k1", 60_000);
        RelayQuestion uncounted = new RelayQuestion(HOME, "g@example.org", null);
        Roster counted = roster(limits("gerard", SenderRules.ANY, HOURLY, null));
        assertThat(RelayRules.decide(uncounted, book, counted, TERMS, Quotas.UNUSED, NOW))
                .isEqualTo(RelayDecision.NOT_PERMITTED);
        Roster bySender = roster(limits("gerard", new SenderRules(List.of("@example.org")), null, null));
        assertThat(RelayRules.decide(uncounted, book, bySender, TERMS, Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.Permitted(lease));
    }

    @Test
    void overTheLimitTheAnswerSaysWhichAndWhenItEnds() {
        Lease lease = lease("gerard/gwaihir", "k1", 60_000);
        Roster roster = roster(limits("gerard", SenderRules.ANY, HOURLY, null));
        assertThat(RelayRules.decide(
                        new RelayQuestion(HOME, ""), book, roster, TERMS, usages(Set.of("messagesgerard")), NOW))
                .isEqualTo(new RelayDecision.OverQuota(
                        lease, new Exhausted(lease.user(), Counted.MESSAGES, HOURLY, 3_600_000 / 200)));
    }

    @Test
    void anotherUserOnTheAddressPermitsWhatOneHasNoMoreOfAndIsTheOneCounted() {
        lease("frodo", "k1", 60_000);
        Lease sams = lease("sam", "k1", 60_000);
        Allowance sam = limits("sam", SenderRules.ANY, HOURLY, HOURLY);
        Roster roster = roster(limits("frodo", SenderRules.ANY, HOURLY, null), sam);
        assertThat(RelayRules.decide(
                        new RelayQuestion(HOME, ""), book, roster, TERMS, usages(Set.of("messagesfrodo")), NOW))
                .isEqualTo(new RelayDecision.Permitted(sams, charge(sam)));
    }

    @Test
    void aUserWithoutLimitsOnTheAddressComesFirstAndNothingIsCounted() {
        lease("frodo", "k1", 60_000);
        Lease gerards = lease("gerard", "k1", 60_000);
        Roster roster = roster(limits("frodo", SenderRules.ANY, HOURLY, null), plain("gerard"));
        assertThat(RelayRules.decide(new RelayQuestion(HOME, ""), book, roster, TERMS, Quotas.UNUSED, NOW))
                .isEqualTo(new RelayDecision.Permitted(gerards));
    }

    @ParameterizedTest
    @EnumSource
    void everyWeightIsAClauseAboutALease(Weight weight) {
        assertThat(weight.sentence()).matches("(permits|has|is|does) ?.*");
    }

    static Quotas usages(Set<String> exhausted) {
        return user ->
                new Usage(meter(exhausted.contains("messages" + user)), meter(exhausted.contains("recipients" + user)));
    }

    private static Meter meter(boolean exhausted) {
        return new Meter(HOURLY, exhausted ? HOURLY.count() * HOURLY.periodMs() : 0, NOW.monotonicMs());
    }

    private RelayDecision byAddress(ClientAddress client, Roster roster) {
        return RelayRules.decide(RelayQuestion.byAddressAlone(client), book, roster, TERMS, Quotas.UNUSED, NOW);
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

    static Allowance limits(String user, SenderRules senders, @Nullable Rate messages, @Nullable Rate recipients) {
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

    static Allowance mayAnnounce(Allowance allowance, List<Network> networks) {
        return new Allowance(
                allowance.user(),
                allowance.enabled(),
                networks,
                Set.of(),
                allowance.senders(),
                1,
                8,
                128,
                allowance.messages(),
                allowance.recipients(),
                allowance.keys());
    }

    static Allowance changed(Allowance allowance, boolean enabled, Map<String, Long> keys) {
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
