package org.scpbeforerelay.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;

/** The ledger beside a naive one: conversations interleaved at random, some messages cut short at DATA, restarts in between. */
final class QuotaModelTest {
    private static final long SEED = Long.getLong("quota.seed", 20_261_122);
    private static final ClientAddress HOME = SampleLeases.address("203.0.113.7");
    private static final UserName GERARD = new UserName("gerard");

    @Test
    void aHundredThousandRecipientsAreCountedAsANaiveModelCountsThem() {
        compare(100_000);
    }

    @Test
    @Tag("long")
    void aMillionRecipientsAreCountedAsANaiveModelCountsThem() {
        compare(1_000_000);
    }

    private static void compare(int questions) {
        Random random = new Random(SEED);
        Map<String, Integer> seen = new TreeMap<>();
        int asked = 0;
        while (asked < questions) {
            asked += new Round(random, seen).run(asked);
        }
        assertThat(seen).containsOnlyKeys("charge", "free", "messages", "recipients", "settled", "restarted");
        assertThat(seen).allSatisfy((what, times) -> assertThat(times).as(what).isGreaterThan(questions / 1_000));
    }

    /** One user for a while, under a limit of its own. */
    private static final class Round {
        private static final int QUESTIONS = 200;
        private static final int MESSAGES_AT_ONCE = 6;

        private final Random random;
        private final Map<String, Integer> seen;
        private final Allowance allowance;
        private final NaiveCount naive;
        private final List<MessageName> underWay = new ArrayList<>();
        private QuotaLedger ledger = new QuotaLedger();
        private long nowMs;
        private int messages;

        Round(Random random, Map<String, Integer> seen) {
            this.random = random;
            this.seen = seen;
            Rate some = randomRate();
            this.allowance = QuotaRulesTest.allowance(
                    random.nextInt(3) == 0 ? null : some, random.nextInt(4) == 0 ? null : randomRate());
            this.naive = new NaiveCount(allowance);
            nowMs = random.nextInt(1_000_000);
        }

        int run(int before) {
            for (int i = 0; i < QUESTIONS; i++) {
                nowMs += random.nextInt(5) == 0 ? random.nextInt(2_000) : random.nextInt(3);
                if (random.nextInt(50) == 0) {
                    restart();
                }
                MessageName message = someMessage();
                if (random.nextInt(8) == 0) {
                    settle(message);
                } else {
                    ask(message, 1 + random.nextInt(4), before + i);
                }
            }
            return QUESTIONS;
        }

        private void ask(MessageName message, long recipient, int number) {
            QuotaVerdict verdict = QuotaRules.judge(allowance, ledger.usage(GERARD), soFar(message, recipient), nowMs);
            String expected = naive.ask(message, recipient, nowMs);
            String said = switch (verdict) {
                case Exhausted over -> over.what().text();
                case Charge charge -> charge.isNothing() ? "free" : "charge";
            };
            if (!said.equals(expected)) {
                fail(
                        "seed %d, question %d at %d under %s: %s, expected %s",
                        SEED, number, nowMs, allowance, verdict, expected);
            }
            if (verdict instanceof Charge charge && !charge.isNothing()) {
                ledger.count(charge, message, recipient, nowMs);
            }
            seen.merge(said, 1, Integer::sum);
        }

        private void settle(MessageName message) {
            int accepted = 1 + random.nextInt(3);
            if (ledger.settle(message, accepted, nowMs) != null) {
                seen.merge("settled", 1, Integer::sum);
            }
            naive.settle(message, accepted, nowMs);
        }

        private void restart() {
            QuotaLedger former = ledger;
            ledger = new QuotaLedger();
            former.all(nowMs).forEach(ledger::restore);
            seen.merge("restarted", 1, Integer::sum);
        }

        private MessageName someMessage() {
            if (underWay.size() < MESSAGES_AT_ONCE || random.nextInt(4) == 0) {
                messages++;
                underWay.add(new MessageName("m" + messages, HOME));
            }
            if (underWay.size() > MESSAGES_AT_ONCE) {
                underWay.remove(random.nextInt(underWay.size()));
            }
            return underWay.get(random.nextInt(underWay.size()));
        }

        private MessageSoFar soFar(MessageName message, long recipient) {
            return new MessageSoFar() {
                @Override
                public boolean isMessageCountedOn(UserName user) {
                    return ledger.isMessageCounted(message, user, nowMs);
                }

                @Override
                public boolean isRecipientCountedOn(UserName user) {
                    return ledger.isRecipientCounted(message, user, recipient, nowMs);
                }
            };
        }

        private Rate randomRate() {
            return new Rate(1 + random.nextInt(15), random.nextBoolean() ? 1_000 : 7_001);
        }
    }

    /** Counts by the contract's sentences: tokens in fractions, and for each message who was counted. */
    private static final class NaiveCount {
        private final @Nullable Tokens messageTokens;
        private final @Nullable Tokens recipientTokens;
        private final Map<MessageName, Set<Long>> recipients = new HashMap<>();
        private final Map<MessageName, Integer> charged = new HashMap<>();

        NaiveCount(Allowance allowance) {
            messageTokens = allowance.messages() == null ? null : new Tokens(allowance.messages());
            recipientTokens = allowance.recipients() == null ? null : new Tokens(allowance.recipients());
        }

        String ask(MessageName message, long recipient, long nowMs) {
            boolean known = recipients.containsKey(message);
            boolean repeated = recipientTokens != null
                    && recipients.getOrDefault(message, Set.of()).contains(recipient);
            Tokens messageCost = known ? null : messageTokens;
            Tokens recipientCost = repeated ? null : recipientTokens;
            BigInteger messageLack = messageCost == null ? BigInteger.ZERO : messageCost.lackMs(nowMs);
            BigInteger recipientLack = recipientCost == null ? BigInteger.ZERO : recipientCost.lackMs(nowMs);
            if (messageLack.signum() > 0 || recipientLack.signum() > 0) {
                return messageLack.compareTo(recipientLack) >= 0 ? "messages" : "recipients";
            }
            if (messageCost == null && recipientCost == null) {
                return "free";
            }
            if (messageCost != null) {
                messageCost.add(-1);
            }
            if (recipientCost != null) {
                recipientCost.add(-1);
                charged.merge(message, 1, Integer::sum);
            }
            recipients.computeIfAbsent(message, any -> new HashSet<>()).add(recipient);
            return "charge";
        }

        void settle(MessageName message, int accepted, long nowMs) {
            int surplus = charged.getOrDefault(message, 0) - accepted;
            if (surplus > 0 && recipientTokens != null) {
                recipientTokens.lackMs(nowMs);
                recipientTokens.add(surplus);
                charged.put(message, accepted);
                recipients.put(message, new HashSet<>());
            }
        }
    }

    /** How many are left, as a fraction over the period. */
    private static final class Tokens {
        private final BigInteger count;
        private final BigInteger period;
        private BigInteger left;
        private long atMs;

        Tokens(Rate rate) {
            count = BigInteger.valueOf(rate.count());
            period = BigInteger.valueOf(rate.periodMs());
            left = count.multiply(period);
        }

        BigInteger lackMs(long nowMs) {
            left = left.add(count.multiply(BigInteger.valueOf(nowMs - atMs))).min(count.multiply(period));
            atMs = nowMs;
            BigInteger lack = period.subtract(left).max(BigInteger.ZERO);
            return lack.add(count).subtract(BigInteger.ONE).divide(count);
        }

        void add(long number) {
            left = left.add(period.multiply(BigInteger.valueOf(number))).min(count.multiply(period));
        }
    }
}
