package org.scpbeforerelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.scpbeforerelay.relay.RelayRulesTest.HOURLY;
import static org.scpbeforerelay.relay.RelayRulesTest.NOW;
import static org.scpbeforerelay.relay.RelayRulesTest.changed;
import static org.scpbeforerelay.relay.RelayRulesTest.limits;
import static org.scpbeforerelay.relay.RelayRulesTest.mayAnnounce;
import static org.scpbeforerelay.relay.RelayRulesTest.usages;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
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
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.MessageSoFar;
import org.scpbeforerelay.quota.Quotas;

/** Relay decisions and their explanations against a naive model. */
final class RelayModelTest {
    private static final long SEED = 36;
    private static final int QUESTIONS = 1_000_000;

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
    void aMillionDecisionsAgreeWithANaiveModelAndWithTheirExplanation() {
        Random random = new Random(SEED);
        Map<String, Integer> seen = new TreeMap<>();
        Roster roster = Roster.EMPTY;
        LeaseTerms terms = randomTerms(random);
        List<Lease> leases = new ArrayList<>();
        Set<String> exhausted = Set.of();
        for (int i = 0; i < QUESTIONS; i++) {
            if (i % 20 == 0) {
                roster = randomRoster(random);
                terms = randomTerms(random);
                leases = randomBook(random);
                exhausted = randomExhausted(random);
            }
            RelayQuestion question = randomQuestion(random);
            Quotas quotas = usages(exhausted);
            Moment now = NOW.plusMs(random.nextInt(-10, 10));
            RelayDecision decision = RelayRules.decide(question, book, roster, terms, quotas, now);
            RelayDesk.Explanation explanation = RelayRules.explain(question, book, roster, terms, quotas, now);
            String expected = naive(question, leases, roster, terms, exhausted, now);
            if (!outcome(decision).equals(expected) || !isExplained(decision, explanation)) {
                fail(
                        "seed %d, question %d: %s of %s at %s under %s: %s, expected %s%n%s",
                        SEED, i, question, leases, now, terms, decision, expected, explanation);
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
            RelayQuestion question,
            List<Lease> leases,
            Roster roster,
            LeaseTerms terms,
            Set<String> exhausted,
            Moment now) {
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
            if (!upheld || !here || !lasts || !countsHere(question.client(), lease, user, terms)) {
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

    private static boolean countsHere(ClientAddress client, Lease lease, @Nullable Allowance user, LeaseTerms terms) {
        boolean odd = terms.hostAddresses().contains(client)
                || DOCUMENTATION.stream().anyMatch(prefix -> client.toString().startsWith(prefix));
        List<Network> allowed = new ArrayList<>(terms.specialNetworks());
        allowed.addAll(user == null ? List.of() : user.mayAnnounce());
        return !odd
                || lease.source() == LeaseSource.OPERATOR
                || allowed.stream().anyMatch(network -> network.contains(client));
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
            List.of("203.0.113.7", "85.214.1.8", "2001:db8::7", "2a01:238:0:1::7", "2a01:238:0:1::8");
    private static final List<String> DOCUMENTATION = List.of("203.0.113.", "2001:db8:");
    private static final List<Network> NETWORKS = List.of(
            Network.around(SampleLeases.address("203.0.113.7"), 24),
            Network.around(SampleLeases.address("2001:db8::7"), 32),
            Network.around(SampleLeases.address("2001:db8::7"), 128),
            Network.around(SampleLeases.address("2a01:238:0:1::7"), 128));
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
                Allowance changed = changed(allowance, random.nextInt(6) > 0, keys);
                users.put(allowance.user(), mayAnnounce(changed, some(NETWORKS, 4, random)));
            }
        }
        return new Roster(
                users,
                random.nextBoolean() ? Set.of("ca") : Set.of(),
                random.nextBoolean() ? new Roster.StrangersAllowance(1) : null);
    }

    private static LeaseTerms randomTerms(Random random) {
        Set<ClientAddress> own = new HashSet<>();
        some(ADDRESSES, 8, random).forEach(text -> own.add(SampleLeases.address(text)));
        return new LeaseTerms(1, 1, some(NETWORKS, 2, random), own);
    }

    /** One of so many. */
    private static <T> List<T> some(List<T> of, int many, Random random) {
        return of.stream().filter(one -> random.nextInt(many) == 0).toList();
    }

    private List<Lease> randomBook(Random random) {
        List.copyOf(book.all()).forEach(lease -> book.remove(lease.key()));
        Map<LeaseKey, Lease> leases = new TreeMap<>();
        for (int n = random.nextInt(15); n > 0; n--) {
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
}
