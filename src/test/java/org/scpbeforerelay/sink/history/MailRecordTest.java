package org.scpbeforerelay.sink.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.history.HistoryReader;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.quota.Exhausted;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.Usage;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.relay.MailWatch.AcceptedMail;
import org.scpbeforerelay.relay.MailWatch.Door;
import org.scpbeforerelay.relay.MailWatch.TurnedAwayMail;
import org.scpbeforerelay.sink.history.RelayCounts.Relayed;
import tools.jackson.databind.JsonNode;

/** Who relayed how much through which lease, and the lines about mail. */
final class MailRecordTest {
    private static final HistorySettings KEEP = new HistorySettings(90L * 86_400_000, 1L << 30);
    private static final HistoryReader.Wanted ALL = new HistoryReader.Wanted(null, null, 0);

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final Map<LeaseKey, Lease> standing = new ConcurrentHashMap<>();
    private final Lease gerards = lease("gerard/gwaihir", "203.0.113.7");

    private Lease lease(String who, String address) {
        Lease lease = SampleLeases.lease(who, address, clock.now(), 1_200_000);
        standing.put(lease.key(), lease);
        return lease;
    }

    private History begun(HistorySettings settings) throws IOException {
        History history = new History(folder, clock, standing::get);
        history.start(settings);
        return history;
    }

    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        new HistoryReader(folder).read(ALL, lines::add);
        return lines;
    }

    private List<JsonNode> lines(String event) throws IOException {
        return lines().stream()
                .filter(line -> line.path("event").asString("").equals(event))
                .toList();
    }

    private static AcceptedMail mail(Lease lease, String queueId, int recipients, @Nullable Usage usage) {
        return new AcceptedMail(lease, lease.address(), queueId, "gerard@example.org", recipients, usage, Door.UNIX);
    }

    private static void relay(History history, Lease lease, String queueId, int recipients) {
        for (int i = 0; i < recipients; i++) {
            history.mails().permitted(lease, i == 0);
        }
        history.mails().accepted(mail(lease, queueId, recipients, null), 0);
    }

    private static TurnedAwayMail turnedAway(Lease lease, String instance, @Nullable Exhausted limit) {
        return new TurnedAwayMail(lease, lease.address(), instance, "gerard@example.org", limit, "450", Door.TCP);
    }

    @Test
    void theEndOfALeaseSaysHowMuchWasRelayedThroughIt() throws Exception {
        Lease sams = lease("sam/phone", "203.0.113.7");
        try (History history = begun(KEEP)) {
            relay(history, gerards, "4a", 3);
            relay(history, gerards, "4b", 1);
            relay(history, sams, "4c", 2);
            assertThat(history.counts().of(gerards)).isEqualTo(new Relayed(2, 4));
            history.happened(new LeaseEvent.Renewed(gerards, clock.now().wallMs()));
            history.happened(new LeaseEvent.Revoked(
                    gerards, "by operator root", clock.now().wallMs()));
            history.happened(new LeaseEvent.Expired(sams, clock.now().wallMs()));
            assertThat(history.counts().of(gerards)).isEqualTo(Relayed.NOTHING);
        }
        JsonNode end = lines("revoked").getFirst();
        assertThat(end.path("messages").asLong()).isEqualTo(2);
        assertThat(end.path("recipients").asLong()).isEqualTo(4);
        assertThat(lines("expired").getFirst().path("messages").asLong()).isEqualTo(1);
    }

    @Test
    void recipientsThatTheMailServerRefusedInTheEndAreNotCounted() throws Exception {
        try (History history = begun(KEEP)) {
            for (int i = 0; i < 3; i++) {
                history.mails().permitted(gerards, i == 0);
            }
            history.mails().accepted(mail(gerards, "4a", 2, null), 1);
            assertThat(history.counts().of(gerards)).isEqualTo(new Relayed(1, 2));
        }
        assertThat(lines("mail").getFirst().path("recipients").asLong()).isEqualTo(2);
    }

    @Test
    void aMailsLineHasLeaseKeySenderNumberAndLimitsAndNothingElse() throws Exception {
        Rate rate = Rate.parse("200/h");
        Usage usage = new Usage(new Meter(rate, 3 * rate.periodMs(), clock.now().monotonicMs()), null);
        try (History history = begun(KEEP)) {
            history.mails().accepted(mail(gerards, "4XyZ", 3, usage), 0);
        }
        JsonNode line = lines("mail").getFirst();
        assertThat(line.propertyNames())
                .containsExactly(
                        "at",
                        "event",
                        "queue_id",
                        "user",
                        "device",
                        "address",
                        "source",
                        "granted_at",
                        "sender",
                        "recipients",
                        "door",
                        "quotas");
        assertThat(line.path("door").asString()).isEqualTo("unix");
        assertThat(line.path("queue_id").asString()).isEqualTo("4XyZ");
        assertThat(line.path("quotas").path(0).path("used").asLong()).isEqualTo(3);
        assertThat(line.path("quotas").path(0).path("limit").asString()).isEqualTo("200/h");
    }

    @Test
    void whatSomebodySendsAsSenderOrQueueIdIsOneLineAndNotEndless() throws Exception {
        try (History history = begun(KEEP)) {
            history.mails()
                    .accepted(
                            new AcceptedMail(
                                    gerards,
                                    gerards.address(),
                                    "q".repeat(60_000),
                                    "a\"b\nc\u0001\u009b" + "x".repeat(60_000),
                                    1,
                                    null,
                                    Door.TCP),
                            0);
        }
        assertThat(lines("mail").getFirst().path("sender").asString())
                .hasSize(321)
                .startsWith("a\"b\\u000ac\\u0001\\u009bx");
        assertThat(lines("mail").getFirst().path("queue_id").asString()).hasSize(65);
        assertThat(lines()).hasSize(1);
    }

    @Test
    void whereMailsAreNotWantedTheyAreCountedOnly() throws Exception {
        try (History history = begun(new HistorySettings(90L * 86_400_000, 1L << 30, false))) {
            relay(history, gerards, "4a", 3);
            history.mails().turnedAway(turnedAway(gerards, "m", null));
            history.happened(new LeaseEvent.Expired(gerards, clock.now().wallMs()));
        }
        assertThat(lines()).hasSize(1);
        assertThat(lines("expired").getFirst().path("recipients").asLong()).isEqualTo(3);
    }

    @Test
    void aRestartGoesOnCounting() throws Exception {
        try (History history = begun(KEEP)) {
            relay(history, gerards, "4a", 3);
        }
        try (History history = begun(KEEP)) {
            assertThat(history.counts().of(gerards)).isEqualTo(new Relayed(1, 3));
            relay(history, gerards, "4b", 1);
            history.happened(new LeaseEvent.Expired(gerards, clock.now().wallMs()));
        }
        assertThat(lines("expired").getFirst().path("messages").asLong()).isEqualTo(2);
    }

    /** The folder as kill -9 leaves it: copied while the record is written. */
    @Test
    void afterKillNineNoMoreThanTheLastSecondIsMissing() throws Exception {
        Path killed = Files.createDirectories(folder.resolve("killed"));
        try (History history = begun(KEEP)) {
            relay(history, gerards, "4a", 3);
            await().until(() -> Files.exists(folder.resolve("relayed"))
                    && Files.readString(folder.resolve("relayed")).contains("\"recipients\":3"));
            Files.copy(folder.resolve("relayed"), killed.resolve("relayed"));
        }
        History afterwards = new History(killed, clock, standing::get);
        afterwards.start(KEEP);
        assertThat(afterwards.counts().of(gerards)).isEqualTo(new Relayed(1, 3));
        afterwards.close();
    }

    @Test
    void aLeaseThatEndedWhileTheDaemonWasAwayHasItsLineAtTheStart() throws Exception {
        Lease elsewhere = lease("sam/phone", "203.0.113.8");
        try (History history = begun(KEEP)) {
            relay(history, gerards, "4a", 3);
            relay(history, elsewhere, "4b", 1);
        }
        standing.remove(gerards.key());
        Files.writeString(folder.resolve("relayed"), "damage\n{\"who\":7}\n", StandardOpenOption.APPEND);
        try (History history = begun(KEEP)) {
            assertThat(history.counts().of(gerards)).isEqualTo(Relayed.NOTHING);
            assertThat(history.counts().of(elsewhere)).isEqualTo(new Relayed(1, 1));
        }
        assertThat(lines("relayed")).hasSize(1);
        JsonNode line = lines("relayed").getFirst();
        assertThat(line.path("user").asString()).isEqualTo("gerard");
        assertThat(line.path("recipients").asLong()).isEqualTo(3);
    }

    @Test
    void anEndThatTheStartTellsOfHasTheCountsOfBefore() throws Exception {
        try (History history = begun(KEEP)) {
            relay(history, gerards, "4a", 3);
        }
        standing.clear();
        History history = new History(folder, clock, standing::get);
        history.happened(new LeaseEvent.Expired(gerards, clock.now().wallMs()));
        history.start(KEEP);
        history.close();
        assertThat(lines("expired").getFirst().path("recipients").asLong()).isEqualTo(3);
        assertThat(lines("relayed")).isEmpty();
    }

    @Test
    void aLeaseThatWasGrantedAnewAtItsPlaceDoesNotInheritTheFormersCounts() throws Exception {
        try (History history = begun(KEEP)) {
            relay(history, gerards, "4a", 3);
        }
        clock.passMs(60_000);
        Lease anew = lease("gerard/gwaihir", "203.0.113.7");
        try (History history = begun(KEEP)) {
            assertThat(history.counts().of(anew)).isEqualTo(Relayed.NOTHING);
        }
        assertThat(lines("relayed").getFirst().path("recipients").asLong()).isEqualTo(3);
    }

    @Test
    void whatIsCountedInTheInstantOfTheEndIsNotLostAndDoesNotStay() throws Exception {
        try (History history = begun(KEEP)) {
            standing.remove(gerards.key());
            relay(history, gerards, "4a", 2);
            await().until(() -> history.counts().of(gerards).equals(Relayed.NOTHING));
        }
        assertThat(lines("relayed").getFirst().path("recipients").asLong()).isEqualTo(2);
    }

    @Test
    void aMessageThatIsTurnedAwayHasOneLineAndAFloodOfThemSixtyAMinuteAndUser() throws Exception {
        Exhausted limit = new Exhausted(gerards.user(), Exhausted.Counted.MESSAGES, Rate.parse("200/h"), 18_000);
        Lease sams = lease("sam/phone", "203.0.113.7");
        try (History history = begun(KEEP)) {
            for (int message = 0; message < 100; message++) {
                for (int recipient = 0; recipient < 5; recipient++) {
                    history.mails().turnedAway(turnedAway(gerards, "m" + message, limit));
                }
            }
            history.mails().turnedAway(turnedAway(sams, "s", null));
            clock.passMs(60_000);
            history.mails().turnedAway(turnedAway(gerards, "later", limit));
        }
        assertThat(lines("deferred")).hasSize(MailRecord.TURNED_AWAY_MAX + 1);
        assertThat(lines("wrong-sender")).hasSize(1);
        assertThat(lines("wrong-sender").getFirst().path("door").asString()).isEqualTo("tcp");
        assertThat(lines("deferred").getFirst().path("why").asString())
                .isEqualTo("the limit of 200 messages per hour was reached");
        assertThat(lines("deferred").getLast().path("more_without_a_line").asLong())
                .isEqualTo(40);
    }

    @Test
    void aFloodOfMailIsDroppedAndCountedAndNeverBlocksNorPushesOutWhatHappensToLeases() throws Exception {
        History history = new History(folder, clock, standing::get);
        int mails = History.MAILS_WAITING_MAX + 1_000;
        for (int i = 0; i < mails; i++) {
            relay(history, gerards, "4" + i, 1);
        }
        history.happened(new LeaseEvent.Expired(gerards, clock.now().wallMs()));
        history.start(KEEP);
        history.close();

        assertThat(lines("mail")).hasSize(History.MAILS_WAITING_MAX);
        assertThat(lines("missing").stream()
                        .mapToLong(line -> line.path("lines").asLong())
                        .sum())
                .isEqualTo(1_000);
        assertThat(lines("expired").getFirst().path("messages").asLong())
                .as("counted all the same")
                .isEqualTo(mails);
    }
}
