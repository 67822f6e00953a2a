package org.scpbeforerelay.sink.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.history.HistoryReader;
import org.scpbeforerelay.history.RecordFiles;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.quota.Usage;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.relay.MailWatch;
import org.scpbeforerelay.sign.Sign;
import tools.jackson.databind.JsonNode;

final class HistoryTest {
    private static final long HOUR_MS = 3_600_000;
    private static final HistorySettings KEEP = new HistorySettings(90 * 24 * HOUR_MS, 1L << 30);
    private static final HistoryReader.Wanted ALL = new HistoryReader.Wanted(null, null, 0);

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final Map<LeaseKey, Lease> standing = new HashMap<>();

    private Lease lease(String who, String address) throws AddressSyntaxException {
        Principal principal = Principal.parse(who);
        ClientAddress client = ClientAddress.parse(address);
        long now = clock.now().wallMs();
        return new Lease(
                LeaseKey.of(principal, client, LeaseSource.SSH),
                client,
                client.isIpv4() ? 32 : 128,
                LeaseSource.SSH,
                false,
                "SHA256:abc",
                now,
                now,
                now + 1_200_000,
                clock.now().monotonicMs() + 1_200_000);
    }

    private LeaseEvent granted(String who, String address) throws AddressSyntaxException {
        return new LeaseEvent.Granted(lease(who, address), clock.now().wallMs());
    }

    private History begun(HistorySettings settings) throws IOException {
        History history = new History(folder.resolve("history"), clock, standing::get);
        history.start(settings);
        return history;
    }

    private List<JsonNode> read(HistoryReader.Wanted wanted) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        new HistoryReader(folder.resolve("history")).read(wanted, lines::add);
        return lines;
    }

    private List<String> events(@Nullable String user, @Nullable String address, long sinceMs) throws Exception {
        return read(new HistoryReader.Wanted(user, address == null ? null : ClientAddress.parse(address), sinceMs))
                .stream()
                .map(line ->
                        line.path("event").asString() + " " + line.path("user").asString(""))
                .toList();
    }

    private void write(LeaseEvent... events) throws IOException {
        try (History history = begun(KEEP)) {
            for (LeaseEvent event : events) {
                history.happened(event);
            }
        }
    }

    @Test
    void whatHappenedIsReadBackInItsOrderWithoutRenewals() throws Exception {
        Lease lease = lease("gerard/gwaihir", "203.0.113.7");
        long now = clock.now().wallMs();
        write(
                new LeaseEvent.Granted(lease, now),
                new LeaseEvent.Renewed(lease, now),
                new LeaseEvent.Revoked(lease, "by operator root", now),
                new LeaseEvent.Expired(lease, now));

        assertThat(events(null, null, 0)).containsExactly("granted gerard", "revoked gerard", "expired gerard");
        JsonNode revoked = read(ALL).get(1);
        assertThat(revoked.path("why").asString()).isEqualTo("by operator root");
        assertThat(revoked.path("address").asString()).isEqualTo("203.0.113.7");
        assertThat(revoked.has("renewed_at")).isTrue();
    }

    @Test
    void aRefusalNamesCodeReasonAndBothAddresses() throws Exception {
        Announcement announcement = new Announcement(
                Principal.parse("gerard/gwaihir"),
                LeaseSource.SSH,
                "",
                ClientAddress.parse("203.0.113.7"),
                List.of(new Claim.Address(ClientAddress.parse("203.0.113.8"))),
                Announcement.Hold.NONE,
                0,
                Announcement.NO_BOUND,
                Announcement.NOW);
        write(new LeaseEvent.Refused(
                announcement,
                new Verdict.Refused(RefusalCode.ADDRESS_NOT_YOURS, "not yours"),
                clock.now().wallMs()));

        JsonNode line = read(ALL).getFirst();
        assertThat(line.path("code").asString()).isEqualTo("address-not-yours");
        assertThat(line.path("why").asString()).isEqualTo("not yours");
        assertThat(events(null, "203.0.113.7", 0)).hasSize(1);
        assertThat(events(null, "203.0.113.8", 0)).hasSize(1);
        assertThat(events(null, "203.0.113.9", 0)).isEmpty();
    }

    @Test
    void userAddressAndTimeChoose() throws Exception {
        long first = clock.now().wallMs();
        write(granted("gerard/gwaihir", "203.0.113.7"), granted("manwe/taniquetil", "2001:db8::7"));
        clock.passMs(HOUR_MS);
        write(granted("gerard/gwaihir", "203.0.113.9"));

        assertThat(events("gerard", null, 0)).hasSize(2);
        assertThat(events("manwe", null, 0)).hasSize(1);
        assertThat(events(null, "2001:db8::7", 0)).containsExactly("granted manwe");
        assertThat(events(null, null, first + 1)).containsExactly("granted gerard");
        assertThat(events("nobody", null, 0)).isEmpty();
    }

    @Test
    void aLineCutByACrashIsPassedOverAndTheNextOneStandsOnItsOwn() throws Exception {
        write(granted("gerard/gwaihir", "203.0.113.7"));
        Path file = files().getFirst();
        Files.writeString(file, "{\"at\":\"2026-11-22T10:15", StandardOpenOption.APPEND);
        write(granted("manwe/taniquetil", "203.0.113.8"));

        assertThat(files()).hasSize(1);
        assertThat(events(null, null, 0)).containsExactly("granted gerard", "granted manwe");
        HistoryReader reader = new HistoryReader(folder.resolve("history"));
        reader.read(ALL, line -> {});
        assertThat(reader.cut()).isEqualTo(1);
    }

    @Test
    void theOldestGoesWhenItIsTooOld() throws Exception {
        HistorySettings hour = new HistorySettings(HOUR_MS, 1L << 30);
        for (int i = 0; i < 40; i++) {
            try (History history = begun(hour)) {
                history.happened(granted("gerard/gwaihir", "203.0.113." + (i + 1)));
            }
            clock.passMs(HOUR_MS / 16);
        }
        begun(hour).close();

        long oldest = read(ALL).stream()
                .mapToLong(line ->
                        java.time.Instant.parse(line.path("at").asString()).toEpochMilli())
                .min()
                .orElseThrow();
        assertThat(oldest)
                .isBetween(
                        clock.now().wallMs() - HOUR_MS - HOUR_MS / 8,
                        clock.now().wallMs() - HOUR_MS / 2);
    }

    @Test
    void theOldestGoesWhenItIsTooMuchAndTheNewestStays() throws Exception {
        HistorySettings small = new HistorySettings(90 * 24 * HOUR_MS, 64 * 1024);
        for (int i = 0; i < 30; i++) {
            try (History history = begun(small)) {
                for (int j = 0; j < 50; j++) {
                    history.happened(granted("gerard/gwaihir", "203.0.113." + (i + 1)));
                }
            }
            clock.passMs(1_000);
        }

        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        assertThat(bytes).isBetween(32L * 1024, 80L * 1024);
        assertThat(read(ALL).getLast().path("address").asString()).isEqualTo("203.0.113.30");
    }

    @Test
    void aClockSteppedBackWritesBehindWhatIsThere() throws Exception {
        HistorySettings small = new HistorySettings(90 * 24 * HOUR_MS, 16);
        try (History history = begun(small)) {
            history.happened(granted("gerard/gwaihir", "203.0.113.1"));
        }
        clock.stepMs(-HOUR_MS);
        try (History history = begun(new HistorySettings(90 * 24 * HOUR_MS, 1L << 30))) {
            history.happened(granted("gerard/gwaihir", "203.0.113.2"));
        }

        assertThat(read(ALL).stream().map(line -> line.path("address").asString()))
                .containsExactly("203.0.113.1", "203.0.113.2");
    }

    @Test
    void whatCouldNotBeWrittenIsCountedAndSaidAndTheRecordGoesOn() throws Exception {
        Path history = Files.createDirectories(folder.resolve("history"));
        try (History record = begun(KEEP)) {
            Files.delete(history);
            Files.writeString(history, "in the way");
            record.happened(granted("gerard/gwaihir", "203.0.113.1"));
            await().until(() -> record.failure() != null);
            assertThat(record.failure()).contains("cannot be written", "make room");

            Files.delete(history);
            Files.createDirectories(history);
            record.happened(granted("gerard/gwaihir", "203.0.113.2"));
            await().until(() -> record.failure() == null);
        }
        assertThat(read(ALL).stream().map(line -> line.path("event").asString()))
                .containsExactly("missing", "granted");
        assertThat(read(ALL).getFirst().path("lines").asLong()).isEqualTo(1);
    }

    /** A folder that is not empty stands for a file that was made immutable: neither can be deleted. */
    @Test
    void anOldFileThatCannotBeDeletedIsSaidAndStopsNothing() throws Exception {
        Path stuck = Files.createDirectories(folder.resolve("history/20200101T000000000.jsonl/inside"));
        Path old = Files.createFile(folder.resolve("history/20200102T000000000.jsonl"));
        Files.createFile(folder.resolve("history/20200103T000000000.jsonl")); // until now, as far as names say
        try (History record = begun(KEEP)) {
            record.happened(granted("gerard/gwaihir", "203.0.113.1"));
            await().until(() -> record.written() == 1);
            await().until(() -> record.failure() != null);
            assertThat(record.failure()).contains("20200101T000000000.jsonl", "cannot be deleted");
            assertThat(old).doesNotExist();
            record.happened(granted("gerard/gwaihir", "203.0.113.2"));
            await().until(() -> record.written() == 2);

            Files.delete(stuck);
            clock.passMs(HOUR_MS);
            await().until(() -> record.failure() == null);
        }
        assertThat(events(null, null, 0)).containsExactly("granted gerard", "granted gerard");
    }

    @Test
    void whatStandsInTheRecordIsNeverWrittenOver() throws Exception {
        String before = "";
        for (int i = 1; i <= 5; i++) {
            write(granted("gerard/gwaihir", "203.0.113." + i));
            String now = Files.readString(files().getFirst());
            assertThat(now).startsWith(before).hasSizeGreaterThan(before.length());
            before = now;
        }
        assertThat(files()).hasSize(1);
    }

    @Test
    void whatAnOperatorDidIsThereWithWhoItWas() throws Exception {
        try (History history = begun(KEEP)) {
            history.operator("frodo (uid 1001)", "revoked gerard");
        }
        assertThat(read(ALL).getFirst().propertyNames()).containsExactly("at", "event", "by", "did");
        assertThat(read(ALL).getFirst().path("by").asString()).isEqualTo("frodo (uid 1001)");
        assertThat(read(ALL).getFirst().path("did").asString()).isEqualTo("revoked gerard");
    }

    /** A field that is none of these needs a thought about what it tells of people, and a row in docs/history.md. */
    @Test
    void noEventHasAFieldForKeysRecipientsOrContent() throws Exception {
        Lease lease = lease("gerard/gwaihir", "203.0.113.7");
        long now = clock.now().wallMs();
        try (History history = begun(KEEP)) {
            history.happened(new LeaseEvent.Granted(lease, List.of(new Sign.BehindNat(lease.address())), now));
            history.happened(new LeaseEvent.Revoked(lease, "by operator root", now));
            history.operator("root", "revoked gerard");
            history.mails()
                    .accepted(
                            new MailWatch.AcceptedMail(
                                    lease, lease.address(), "4a", "a@example.org", 1, Usage.NONE, MailWatch.Door.UNIX),
                            0);
            history.mails()
                    .turnedAway(new MailWatch.TurnedAwayMail(
                            lease, lease.address(), "i", "a@example.org", null, "REJECT", MailWatch.Door.TCP));
        }
        assertThat(read(ALL).stream().flatMap(line -> line.propertyNames().stream()))
                .isSubsetOf(
                        "at",
                        "event",
                        "user",
                        "device",
                        "address",
                        "source",
                        "until",
                        "key",
                        "signs",
                        "why",
                        "granted_at",
                        "renewed_at",
                        "messages",
                        "recipients",
                        "by",
                        "did",
                        "queue_id",
                        "sender",
                        "quotas",
                        "client",
                        "door",
                        "told");
        assertThat(read(ALL).stream().map(line -> line.path("key")).filter(JsonNode::isString))
                .allSatisfy(
                        key -> assertThat(key.asString()).as("a fingerprint").startsWith("SHA256:"));
        assertThat(read(ALL).stream().map(line -> line.path("recipients")).filter(node -> !node.isMissingNode()))
                .as("a number, never who")
                .allMatch(JsonNode::isNumber);
    }

    @Test
    void othersMayNotReadIt() throws Exception {
        write(granted("gerard/gwaihir", "203.0.113.1"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
                .isEqualTo("rw-r-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("history"))))
                .isEqualTo("rwxr-x---");
    }

    private List<Path> files() throws IOException {
        return new RecordFiles(folder.resolve("history")).all();
    }
}
