package org.scpbeforerelay.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.lease.UserName;

/** What one more recipient costs, case by case. */
final class QuotaRulesTest {
    private static final UserName GERARD = new UserName("gerard");
    private static final long NOW_MS = 9_000_000;

    @ParameterizedTest(name = "{0} {1}, used {2} {3}, counted {4} {5}: {6}")
    @CsvSource(
            nullValues = "-",
            value = {
                // limits            used     counted: message, recipient
                "-,   -,   0, 0, false, false, counts nothing",
                "2/h, -,   0, 0, false, false, counts a message",
                "2/h, -,   1, 0, false, false, counts a message",
                "2/h, -,   2, 0, false, false, no more messages for 1800000 ms",
                "2/h, -,   2, 0, true,  false, counts nothing",
                "-,   3/h, 0, 0, false, false, counts a recipient",
                "-,   3/h, 0, 0, true,  false, counts a recipient",
                "-,   3/h, 0, 3, true,  false, no more recipients for 1200000 ms",
                "-,   3/h, 0, 3, true,  true,  counts nothing",
                "2/h, 3/h, 0, 0, false, false, counts a message and a recipient",
                "2/h, 3/h, 0, 0, true,  false, counts a recipient",
                "2/h, 3/h, 2, 0, true,  false, counts a recipient",
                "2/h, 3/h, 2, 0, false, false, no more messages for 1800000 ms",
                "2/h, 3/h, 0, 3, false, false, no more recipients for 1200000 ms",
                "2/h, 3/h, 2, 3, false, false, no more messages for 1800000 ms",
                "3/h, 2/h, 3, 2, false, false, no more recipients for 1800000 ms",
                "2/h, 3/h, 2, 3, true,  true,  counts nothing",
            })
    void oneMoreRecipient(
            @Nullable String messages,
            @Nullable String recipients,
            int usedMessages,
            int usedRecipients,
            boolean messageCounted,
            boolean recipientCounted,
            String expected) {
        Allowance allowance = allowance(rate(messages), rate(recipients));
        Usage usage = new Usage(meter(messages, usedMessages), meter(recipients, usedRecipients));
        MessageSoFar soFar = new MessageSoFar() {
            @Override
            public boolean isMessageCountedOn(UserName user) {
                return messageCounted;
            }

            @Override
            public boolean isRecipientCountedOn(UserName user) {
                return recipientCounted;
            }
        };
        assertThat(said(QuotaRules.judge(allowance, usage, soFar, NOW_MS))).isEqualTo(expected);
    }

    private static String said(QuotaVerdict verdict) {
        return switch (verdict) {
            case Exhausted over -> "no more " + over.what().text() + " for " + over.waitMs() + " ms";
            case Charge charge when charge.isNothing() -> "counts nothing";
            case Charge charge ->
                "counts " + (charge.messages() == null ? "" : "a message")
                        + (charge.messages() != null && charge.recipients() != null ? " and " : "")
                        + (charge.recipients() == null ? "" : "a recipient");
        };
    }

    private static @Nullable Rate rate(@Nullable String text) {
        return text == null ? null : Rate.parse(text);
    }

    private static @Nullable Meter meter(@Nullable String rate, int used) {
        return rate == null
                ? null
                : new Meter(Rate.parse(rate), used * Rate.parse(rate).periodMs(), NOW_MS);
    }

    static Allowance allowance(@Nullable Rate messages, @Nullable Rate recipients) {
        return new Allowance(
                GERARD, true, List.of(), Set.of(), SenderRules.ANY, 1, 8, 128, messages, recipients, Map.of());
    }
}
