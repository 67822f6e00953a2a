package org.scpbeforerelay.announce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;

/** The rules, case by case: {@code announcements/rules.txt} says how a line reads. */
final class AnnouncementRulesTest {
    static List<String> cases() throws IOException {
        try (InputStream in = AnnouncementRulesTest.class.getResourceAsStream("/announcements/rules.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void verdictIsAsTheTableSays(String line) {
        String[] sides = line.split(" -> ", 2);
        RuleCase given = RuleCase.parse(sides[0]);
        switch (given.judge()) {
            case Verdict.Granted granted -> {
                String[] expected = sides[1].split("; ", 2);
                assertThat("granted " + describe(granted)).isEqualTo(withDefaults(expected[0], given));
                if (expected.length == 1) {
                    assertThat(granted.notes()).isEmpty();
                } else {
                    assertThat(granted.notes()).anyMatch(note -> note.contains(expected[1]));
                }
                granted.leases().forEach(lease -> assertSound(lease, given));
            }
            case Verdict.Refused refused -> {
                String[] expected = sides[1].split(": ", 2);
                assertThat("refused " + refused.code().text())
                        .as(refused.reason())
                        .isEqualTo(expected[0]);
                assertThat(refused.reason()).contains(expected.length == 1 ? "" : expected[1]);
            }
        }
    }

    @Test
    void everyCodeThatTheRulesCanGiveIsInTheTable() throws IOException {
        Set<String> seen = cases().stream()
                .map(line -> line.split(" -> ", 2)[1])
                .filter(verdict -> verdict.startsWith("refused "))
                .map(verdict -> verdict.split("[ :]+")[1])
                .collect(Collectors.toSet());
        // Of the others, from-not-allowed, too-large, too-many-lines are for sources to say, rate-limited and
        // store-unavailable for the registry.
        Set<RefusalCode> byOthers = EnumSet.of(
                RefusalCode.FROM_NOT_ALLOWED,
                RefusalCode.TOO_LARGE,
                RefusalCode.TOO_MANY_LINES,
                RefusalCode.RATE_LIMITED,
                RefusalCode.STORE_UNAVAILABLE);
        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.copyOf(byOthers)).stream()
                        .map(RefusalCode::text)
                        .toList());
    }

    @Test
    void codesAreThoseOfTheContract() {
        assertThat(RefusalCode.values())
                .extracting(RefusalCode::text)
                .containsExactly(
                        "disabled key-expired from-not-allowed address-not-yours address-not-allowed address-malformed too-large too-many-lines too-many-devices term-too-long rate-limited store-unavailable"
                                .split(" "));
    }

    @Test
    void pitfall21ClockSetBackBetweenTwoAnnouncementsLengthensNothing() {
        // Granted at 12:10 by a clock that ran ten minutes ahead, renewed at what is now 12:00.
        RuleCase given = RuleCase.parse("from=5.6.7.8 has=5.6.7.8+1200,by,k1,ssh,-1");
        long aheadMs = 600_000;
        Lease former = given.standing().getFirst();
        Lease fromTheFuture = withWall(former, aheadMs);
        Lease renewed = granted(given, fromTheFuture, 0).getFirst();
        assertThat(renewed.expiresAtMs()).isEqualTo(RuleCase.NOW.wallMs() + 1_200_000);
        assertThat(renewed.deadlineMs()).isEqualTo(RuleCase.NOW.monotonicMs() + 1_200_000);
        assertThat(renewed.renewedAtMs()).isEqualTo(RuleCase.NOW.wallMs());

        Lease longer = granted(given, fromTheFuture, 3_600_000).getFirst();
        assertThat(longer.leftMs(RuleCase.NOW)).isEqualTo(1_200_000 + 3_600_000);
        assertThat(longer.expiresAtMs()).isEqualTo(RuleCase.NOW.wallMs() + longer.leftMs(RuleCase.NOW));
        assertThat(longer.renewedAtMs()).isEqualTo(RuleCase.NOW.wallMs());
    }

    private static List<Lease> granted(RuleCase given, Lease former, long moreMs) {
        Lease standing = new Lease(
                former.key(),
                former.address(),
                former.prefixLength(),
                former.source(),
                former.held(),
                former.proof(),
                former.grantedAtMs(),
                former.renewedAtMs(),
                former.expiresAtMs() + moreMs,
                former.deadlineMs() + moreMs);
        Verdict verdict = AnnouncementRules.judge(
                given.announcement(),
                given.roster(),
                given.terms(),
                RuleCase.standing(List.of(standing), Map.of()),
                RuleCase.NOW);
        return ((Verdict.Granted) verdict).leases();
    }

    private static Lease withWall(Lease lease, long byMs) {
        return new Lease(
                lease.key(),
                lease.address(),
                lease.prefixLength(),
                lease.source(),
                lease.held(),
                lease.proof(),
                lease.grantedAtMs() + byMs,
                lease.renewedAtMs() + byMs,
                lease.expiresAtMs() + byMs,
                lease.deadlineMs());
    }

    @Test
    void judgingChangesNothingAndIsTheSameTwice() {
        RuleCase given = RuleCase.parse("from=5.6.7.8 says=auto,2a00::7 may=2a00::/16 has=2a00::7+7200,by,k1,ssh,-9");
        assertThat(given.judge()).isEqualTo(given.judge());
    }

    private static String describe(Verdict.Granted granted) {
        Moment now = RuleCase.NOW;
        return granted.leases().stream()
                .map(lease -> lease.addressText() + "+" + (lease.expiresAtMs() - now.wallMs()) / 1000
                        + (lease.held() ? " held" : "") + " by "
                        + lease.source().text())
                .collect(Collectors.joining(", "));
    }

    /** A verdict in the table leaves the source out where it is the announcement's own. */
    private static String withDefaults(String verdict, RuleCase given) {
        LeaseSource source = given.announcement().source();
        return "granted "
                + List.of(verdict.substring("granted ".length()).split(", ")).stream()
                        .map(lease -> lease.contains(" by ") ? lease : lease + " by " + source.text())
                        .collect(Collectors.joining(", "));
    }

    private static void assertSound(Lease lease, RuleCase given) {
        Moment now = RuleCase.NOW;
        assertThat(lease.activeAt(now)).isTrue();
        assertThat(lease.principal()).isEqualTo(RuleCase.SPEAKER);
        assertThat(lease.deadlineMs() - now.monotonicMs()).isEqualTo(lease.expiresAtMs() - now.wallMs());
        assertThat(lease.renewedAtMs()).isLessThanOrEqualTo(now.wallMs());
        assertThat(lease.grantedAtMs()).isLessThanOrEqualTo(lease.renewedAtMs());
        assertThat(given.roster().upholds(lease, now.wallMs())).isTrue();
        assertThat(lease.address().masked(lease.prefixLength())).isEqualTo(lease.address());
    }
}
